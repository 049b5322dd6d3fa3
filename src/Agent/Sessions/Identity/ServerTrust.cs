using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rigshift.Agent.Sessions.Identity;

/// <summary>Decides whether a TLS server is the coordinator: by the cluster's own roots and the host name, and nothing else.</summary>
/// <param name="roots">The only trust anchors; the system's are not asked.</param>
/// <param name="now">Wall clock, for the certificate's dates.</param>
/// <param name="clockPlausible">False: the rig's clock was reset, and dates say nothing.</param>
internal sealed class ServerTrust(IReadOnlyList<X509Certificate2> roots, Func<DateTimeOffset> now, Func<bool> clockPlausible)
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    /// <summary>Why the last server was refused, in plain words; null when it was not.</summary>
    public string? LastFault { get; private set; }

    public bool Accept(X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        LastFault = Check(certificate, presented, errors);
        return LastFault is null;
    }

    private string? Check(X509Certificate? certificate, X509Chain? presented, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return "the server showed no certificate";
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return "the server's certificate is for another host name: use the name that the coordinator was set up with";
        }

        using var owned = certificate is X509Certificate2 ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
        var server = owned ?? (X509Certificate2)certificate;
        using var chain = new X509Chain();
        var policy = chain.ChainPolicy;
        policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        policy.CustomTrustStore.AddRange(roots.ToArray());
        policy.RevocationMode = X509RevocationMode.NoCheck; // The root publishes no list: the coordinator's own key is the operator's to guard.
        policy.DisableCertificateDownloads = true; // A certificate must not make the rig call third parties.
        policy.VerificationTime = now().UtcDateTime;
        policy.ApplicationPolicy.Add(new Oid(ServerAuthentication)); // Rig certificates have the same root; no rig may pose as the coordinator.
        if (presented is not null)
        {
            policy.ExtraStore.AddRange(presented.ChainElements.Select(e => e.Certificate).ToArray());
        }

        if (!clockPlausible())
        {
            policy.VerificationFlags |= X509VerificationFlags.IgnoreNotTimeValid;
        }

        return chain.Build(server) ? null : Words(chain, server);
    }

    private string Words(X509Chain chain, X509Certificate2 server)
    {
        var status = chain.ChainStatus.Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status);
        if ((status & ~X509ChainStatusFlags.NotTimeValid) == X509ChainStatusFlags.NoError)
        {
            return $"the server's certificate is valid from {server.NotBefore.ToUniversalTime():u} to {server.NotAfter.ToUniversalTime():u}, "
                + $"and this rig's clock says {now().UtcDateTime:u}: check the clocks of both, or renew the coordinator's certificate";
        }

        return "the server's certificate is not signed by this rig's cluster: somebody may be in between, or the coordinator was set up anew";
    }
}
