using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Rigshift.Coordinator.Authority;
using Rigshift.Coordinator.Serving;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Enrollment;

/// <summary>Gives rigs their identity, and renews it.</summary>
internal sealed partial class EnrollmentService(ClusterAuthority authority, TokenStore tokens, RigStore rigs, Callers callers, TimeProvider time, ILogger<EnrollmentService> logger)
    : Protocol.V1.Enrollment.EnrollmentBase
{
    public override async Task<EnrollReply> Enroll(EnrollRequest request, ServerCallContext context)
    {
        if (!SigningRequest.TryRead(request.Csr.Span, out var key) || key is null)
        {
            throw Refusal.Rpc(StatusCode.InvalidArgument, Reason.CsrInvalid);
        }

        var keyHash = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));
        var redeemed = await tokens.RedeemAsync(
            request.TokenId, request.Secret, keyHash, SafeText.ForMessage(request.Hostname), SafeText.ForMessage(request.AgentVersion), SafeText.ForMessage(request.AnchorsHash));
        if (redeemed.Refusal is { } reason)
        {
            Log.EnrollmentRefused(logger, SafeText.ForMessage(request.TokenId), SafeText.ForMessage(request.Hostname), reason);
            throw Refusal.Rpc(StatusCode.Unauthenticated, reason);
        }

        if (rigs.Find(redeemed.RigId) is { Revoked: true })
        {
            throw Refusal.Rpc(StatusCode.Unauthenticated, Reason.Revoked);
        }

        using var certificate = authority.IssueRig(key, redeemed.RigId);
        Log.RigEnrolled(logger, redeemed.RigId, SafeText.ForMessage(request.Hostname));
        return new EnrollReply
        {
            RigId = redeemed.RigId.ToString("D"),
            ClusterId = authority.ClusterId.ToString("D"),
            Certificate = ByteString.CopyFrom(certificate.RawData),
            Root = ByteString.CopyFrom(authority.Root.RawData),
            ServerTimeUnixMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
    }

    public override Task<RenewReply> Renew(RenewRequest request, ServerCallContext context)
    {
        var caller = callers.RequireKnownRig(context);
        if (!SigningRequest.TryRead(request.Csr.Span, out var key) || key is null)
        {
            throw Refusal.Rpc(StatusCode.InvalidArgument, Reason.CsrInvalid);
        }

        if (time.GetUtcNow() > caller.Certificate.NotAfter + ProtocolLimits.RenewAfterExpiry)
        {
            throw Refusal.Rpc(StatusCode.PermissionDenied, Reason.ExpiredTooLong);
        }

        if (rigs.Find(caller.RigId) is { } rig && request.StateGen < rig.StateGen)
        {
            throw Refusal.Rpc(StatusCode.PermissionDenied, Reason.StateGenStale);
        }

        // Both certificates count until the new one is used in a Hello: a power cut here must not lock the rig out.
        using var certificate = authority.IssueRig(key, caller.RigId);
        Log.CertificateRenewed(logger, caller.RigId, caller.Certificate.Expired);
        var reply = new RenewReply { Certificate = ByteString.CopyFrom(certificate.RawData), ServerTimeUnixMs = time.GetUtcNow().ToUnixTimeMilliseconds() };
        reply.Roots.Add(ByteString.CopyFrom(authority.Root.RawData));
        return Task.FromResult(reply);
    }

    private static partial class Log
    {
        [LoggerMessage(3100, LogLevel.Information, "RigEnrolled {RigId} {Hostname}")]
        public static partial void RigEnrolled(ILogger logger, Guid rigId, string hostname);

        [LoggerMessage(3101, LogLevel.Warning, "EnrollmentRefused {TokenId} {Hostname} {Reason}")]
        public static partial void EnrollmentRefused(ILogger logger, string tokenId, string hostname, string reason);

        [LoggerMessage(3102, LogLevel.Information, "CertificateRenewed {RigId} {WasExpired}")]
        public static partial void CertificateRenewed(ILogger logger, Guid rigId, bool wasExpired);
    }
}
