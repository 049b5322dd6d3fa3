using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Rigshift.Agent.Sessions.Transport;
using Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Identity;

/// <summary>Gets the next certificate, with a new key, under the present one.</summary>
internal sealed class Renewer(IdentityStore store, LinkFactory links, TimeProvider time)
{
    /// <summary>Half of the life leaves the other half for a rig that is off when it is due.</summary>
    private const double DueAt = 0.5;

    /// <summary>Spread over a tenth of the life, so that a farm enrolled in one hour does not renew in one hour.</summary>
    private const double Spread = 0.1;

    /// <summary>The same for each certificate at every start: the spread comes from the certificate itself.</summary>
    public static DateTimeOffset DueTime(RigIdentity identity)
    {
        var life = identity.CertificateEnds - identity.CertificateBegins;
        var share = identity.Certificate.GetCertHash(HashAlgorithmName.SHA256)[0] / 255.0;
        return identity.CertificateBegins + (life * (DueAt + (Spread * share)));
    }

    /// <summary>A clock that was reset says nothing about dates: then only the coordinator's refusal makes it due.</summary>
    public bool IsDue(RigIdentity identity) => links.ClockPlausible && time.GetUtcNow() >= DueTime(identity);

    public bool HasEnded(RigIdentity identity) => links.ClockPlausible && time.GetUtcNow() >= identity.CertificateEnds;

    /// <summary>The new generation is on disk and not in use when this returns.</summary>
    /// <exception cref="InvalidDataException">The coordinator's answer cannot be used; the message says why.</exception>
    public async Task<RigIdentity> RenewAsync(RigIdentity identity, CoordinatorLink link, ulong stateGen, CancellationToken cancellation)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new RenewRequest { Csr = ByteString.CopyFrom(CertificateRequests.Create(key)), StateGen = stateGen };
        var client = new Enrollment.EnrollmentClient(link.Channel);
        var reply = await Resilience.Unary(time).ExecuteAsync(async c => await client.RenewAsync(request, cancellationToken: c), cancellation);
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(reply.Certificate.Span);
            IReadOnlyList<X509Certificate2> roots = reply.Roots.Count == 0
                ? identity.Roots
                : [.. reply.Roots.Select(r => X509CertificateLoader.LoadCertificate(r.Span))];
            if (CertificateRequests.Check(certificate, key, identity.ClusterId, identity.RigId.Value, roots) is { } fault)
            {
                throw new InvalidDataException($"{link.Url} renewed the certificate, but {fault}.");
            }

            return store.SaveCandidate(new IdentityDocument(
                identity.RigId.ToString(),
                identity.ClusterId.ToString("D"),
                identity.Coordinator.OriginalString,
                key.ExportPkcs8PrivateKeyPem(),
                certificate.ExportCertificatePem(),
                [.. roots.Select(r => r.ExportCertificatePem())]));
        }
        catch (CryptographicException e)
        {
            throw new InvalidDataException($"{link.Url} renewed the certificate, but sent no certificate that can be read.", e); // The peer's bytes, not our bug.
        }
    }
}
