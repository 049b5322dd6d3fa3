using System.Security.Cryptography;
using System.Text;
using Rigshift.Durable;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Store;

/// <summary>Enrollment tokens: their secrets' hashes, and which rig a key became with which token.</summary>
internal sealed class TokenStore(DurableDatabase database, TimeProvider time)
{
    public ValueTask AddAsync(string id, string secret, DateTimeOffset expires, int uses) => database.WriteAsync(session =>
    {
        session.Execute(
            "INSERT INTO tokens (id, secret_hash, expires_ms, uses_left) VALUES ($id, $hash, $expires, $uses)",
            ("$id", id), ("$hash", Hash(secret)), ("$expires", expires.ToUnixTimeMilliseconds()), ("$uses", uses));
    });

    /// <summary>Gives the key its rig. The same token and key give the same rig, however often, so that a lost reply costs nothing.</summary>
    public ValueTask<Redeemed> RedeemAsync(string id, string secret, string keyHash, string hostname, string agentVersion, string anchors)
    {
        var hash = Hash(secret);
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        return database.WriteAsync(session =>
        {
            var token = session.First(
                "SELECT secret_hash, expires_ms, uses_left FROM tokens WHERE id = $id",
                row => new TokenRow(row.GetFieldValue<byte[]>(0), row.GetInt64(1), row.GetInt32(2)),
                ("$id", id));
            if (token is null || !CryptographicOperations.FixedTimeEquals(token.SecretHash, hash))
            {
                return new Redeemed(default, Reason.TokenUnknown);
            }

            var known = session.First(
                "SELECT rig_id FROM enrollments WHERE token_id = $id AND key_hash = $key", row => row.GetString(0), ("$id", id), ("$key", keyHash));
            if (known is not null)
            {
                return new Redeemed(Guid.ParseExact(known, "D"), null);
            }

            if (nowMs >= token.ExpiresMs || token.UsesLeft < 1)
            {
                return new Redeemed(default, token.UsesLeft < 1 ? Reason.TokenUsed : Reason.TokenExpired);
            }

            var rigId = Guid.NewGuid();
            session.Execute("UPDATE tokens SET uses_left = uses_left - 1 WHERE id = $id", ("$id", id));
            session.Execute(
                "INSERT INTO enrollments (token_id, key_hash, rig_id) VALUES ($id, $key, $rig)", ("$id", id), ("$key", keyHash), ("$rig", JobRows.Text(rigId)));
            RigRows.Insert(session, rigId, hostname, agentVersion, anchors, nowMs);
            return new Redeemed(rigId, null);
        });
    }

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private sealed record TokenRow(byte[] SecretHash, long ExpiresMs, int UsesLeft);
}

/// <summary>The rig a token gave, or why it gave none.</summary>
internal sealed record Redeemed(Guid RigId, string? Refusal);
