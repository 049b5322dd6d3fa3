using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Rigshift.Coordinator.Serving;
using Rigshift.Coordinator.Store;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Authority;

/// <summary>Tells who calls and whether he may.</summary>
internal sealed class Callers(ClusterAuthority authority, RigStore rigs, CoordinatorOptions options)
{
    /// <summary>Metadata that carries the certificate, base64 of DER, where there is no TLS to carry it.</summary>
    public const string InsecureHeader = "rigshift-certificate";

    /// <exception cref="RpcException">Not an operator.</exception>
    public void RequireOperator(ServerCallContext context)
    {
        if (!IsOperator(context.GetHttpContext()))
        {
            throw Refusal.Rpc(StatusCode.Unauthenticated, Reason.CertificateRequired, "This call needs an operator's certificate: use the coordinator's operator.json.");
        }
    }

    public bool IsOperator(HttpContext context) => Standing(context)?.Name.Role == CertificateName.Operator;

    /// <summary>The rig whose valid certificate came with the call.</summary>
    /// <exception cref="RpcException">No rig, revoked, superseded or expired.</exception>
    public RigCaller RequireRig(ServerCallContext context)
    {
        var rig = RequireKnownRig(context);
        return rig.Certificate.Expired
            ? throw Refusal.Rpc(StatusCode.PermissionDenied, Reason.CertificateExpired)
            : rig;
    }

    /// <summary>As <see cref="RequireRig"/>, but the certificate may have ended: for Renew.</summary>
    /// <exception cref="RpcException">No rig, revoked, or superseded.</exception>
    public RigCaller RequireKnownRig(ServerCallContext context)
    {
        if (Standing(context.GetHttpContext()) is not { } standing || standing.Name.Role != CertificateName.Rig)
        {
            throw Refusal.Rpc(StatusCode.Unauthenticated, Reason.CertificateRequired, "This call needs the rig's certificate: enroll first.");
        }

        var caller = new RigCaller(Guid.ParseExact(standing.Name.Subject, "D"), standing);
        return Bar(caller) is { } reason ? throw Refusal.Rpc(StatusCode.PermissionDenied, reason) : caller;
    }

    /// <summary>For plain HTTP; null: no rig that may do anything.</summary>
    public RigCaller? FindRig(HttpContext context)
    {
        if (Standing(context) is not { Name.Role: CertificateName.Rig, Expired: false } standing)
        {
            return null;
        }

        var caller = new RigCaller(Guid.ParseExact(standing.Name.Subject, "D"), standing);
        return Bar(caller) is null ? caller : null;
    }

    // A rig that is not on record was enrolled after the backup that this database is from: our own root vouches for it.
    private string? Bar(RigCaller caller) => rigs.Find(caller.RigId) switch
    {
        { Revoked: true } => Reason.Revoked,
        { } row when caller.Certificate.NotBefore.ToUnixTimeMilliseconds() < row.CertificateBeginsMs => Reason.StateGenStale,
        _ => null,
    };

    private CertificateStanding? Standing(HttpContext context)
    {
        if (context.Connection.ClientCertificate is { } certificate)
        {
            return authority.Judge(certificate);
        }

        if (!options.AllowInsecure || !context.Request.Headers.TryGetValue(InsecureHeader, out var text))
        {
            return null;
        }

        try
        {
            using var shown = X509CertificateLoader.LoadCertificate(Convert.FromBase64String(text.ToString()));
            return authority.Judge(shown);
        }
        catch (Exception e) when (e is FormatException or CryptographicException) // Not a certificate: the caller is nobody.
        {
            return null;
        }
    }
}
