using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Rigshift.Agent.Sessions.Identity;

/// <summary>What is on disk: the identity in use, and a newer one that no session has used yet.</summary>
internal sealed record StoredIdentity(RigIdentity? Current, RigIdentity? Candidate)
{
    public static StoredIdentity None { get; } = new(null, null);
}

/// <summary>
/// Keeps the generations of the identity. <c>N.json</c> is a generation, <c>current</c> names the one in use. A renewal
/// writes N+1 and leaves the pointer: until a session was accepted with it both can be used, so no power cut locks the rig out.
/// </summary>
internal sealed class IdentityStore(IdentityFiles files)
{
    private const string CurrentName = "current";
    private const string PendingKeyName = "pending-key.pem";
    private const string TrustedTimeName = "trusted-time";
    private const string FactsOwnerName = "session-facts-owner";
    private const string GenerationSuffix = ".json";

    /// <summary>Reads what can be read: a damaged generation is passed over, and the newest whole one stands in for it.</summary>
    public StoredIdentity Load()
    {
        var whole = Generations().Select(Read).OfType<RigIdentity>().ToList();
        if (whole.Count == 0)
        {
            return StoredIdentity.None;
        }

        var pointed = ReadPointer();
        var current = whole.FirstOrDefault(i => i.Generation == pointed) ?? whole.MaxBy(i => i.Generation);
        var newest = whole.MaxBy(i => i.Generation);
        return new StoredIdentity(current, newest!.Generation > current!.Generation ? newest : null); // The list is not empty.
    }

    /// <summary>Puts a new generation on disk without using it.</summary>
    public RigIdentity SaveCandidate(IdentityDocument document)
    {
        var generation = Generations().DefaultIfEmpty(0).Max() + 1;
        var identity = RigIdentity.Load(generation, document); // A document that cannot be loaded must not be stored.
        files.Write(FileName(generation), JsonSerializer.SerializeToUtf8Bytes(document, IdentityJson.Default.IdentityDocument));
        if (ReadPointer() is { } current)
        {
            foreach (var unused in Generations().Where(g => g > current && g < generation))
            {
                files.Delete(FileName(unused)); // A candidate that never got a session makes way for the next.
            }
        }

        return identity;
    }

    /// <summary>From now on the rig starts with this generation. Older ones and the enrollment's key go.</summary>
    public void Promote(RigIdentity identity)
    {
        files.Write(CurrentName, Encoding.ASCII.GetBytes(identity.Generation.ToString(CultureInfo.InvariantCulture) + "\n"));
        foreach (var old in Generations().Where(g => g < identity.Generation))
        {
            files.Delete(FileName(old));
        }

        files.Delete(PendingKeyName);
    }

    /// <summary>
    /// The key of an enrollment that may have been answered without our hearing it: the coordinator answers the same token
    /// and key with the same rig.
    /// </summary>
    public ECDsa LoadOrCreatePendingKey()
    {
        if (files.Read(PendingKeyName) is { } stored)
        {
            var kept = ECDsa.Create();
            try
            {
                kept.ImportFromPem(Encoding.ASCII.GetString(stored));
                return kept;
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException)
            {
                kept.Dispose(); // A damaged key is of no use to anybody: make a new one.
            }
        }

        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        files.Write(PendingKeyName, Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
        return key;
    }

    /// <summary>The coordinator's time when it was last heard; the epoch when never.</summary>
    public DateTimeOffset LoadTrustedTime() =>
        files.Read(TrustedTimeName) is { } stored
        && long.TryParse(Encoding.ASCII.GetString(stored), NumberStyles.None, CultureInfo.InvariantCulture, out var ms)
        && ms <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? DateTimeOffset.FromUnixTimeMilliseconds(ms)
            : DateTimeOffset.UnixEpoch;

    public void SaveTrustedTime(DateTimeOffset time) =>
        files.Write(TrustedTimeName, Encoding.ASCII.GetBytes(time.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)));

    /// <summary>
    /// True when the journal's session facts are those of another rig id, from before an enrollment: another coordinator's
    /// incarnations and generations say nothing about this one.
    /// </summary>
    public bool FactsAreForeign(RigIdentity identity) =>
        files.Read(FactsOwnerName) is not { } stored || Encoding.ASCII.GetString(stored).Trim() != identity.RigId.ToString();

    /// <summary>The journal's session facts are this rig's from now on.</summary>
    public void OwnFacts(RigIdentity identity) => files.Write(FactsOwnerName, Encoding.ASCII.GetBytes(identity.RigId + "\n"));

    private RigIdentity? Read(int generation)
    {
        try
        {
            var document = files.Read(FileName(generation)) is { } bytes
                ? JsonSerializer.Deserialize(bytes, IdentityJson.Default.IdentityDocument)
                : null;
            return document is null ? null : RigIdentity.Load(generation, document);
        }
        catch (Exception e) when (e is JsonException or CryptographicException or FormatException or ArgumentException)
        {
            return null; // Half a generation is none; the caller falls back on another.
        }
    }

    private int? ReadPointer() =>
        files.Read(CurrentName) is { } bytes
        && int.TryParse(Encoding.ASCII.GetString(bytes).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var generation)
            ? generation
            : null;

    private List<int> Generations() =>
        files.List()
            .Where(n => n.EndsWith(GenerationSuffix, StringComparison.Ordinal))
            .Select(n => int.TryParse(n.AsSpan(0, n.Length - GenerationSuffix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var g) ? g : 0)
            .Where(g => g > 0)
            .ToList();

    private static string FileName(int generation) => generation.ToString(CultureInfo.InvariantCulture) + GenerationSuffix;
}
