using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Authority;

/// <summary>Signs and judges the cluster's certificates. Trusts its own root and nothing else.</summary>
internal sealed class ClusterAuthority : IDisposable
{
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";

    // A rig's clock may be behind; a certificate must not look as if it came from the future.
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);

    private readonly TimeProvider time;

    public ClusterAuthority(X509Certificate2 root, Guid clusterId, TimeProvider time)
    {
        Root = root;
        ClusterId = clusterId;
        this.time = time;
        Pin = SpkiPin.Of(root);
    }

    /// <summary>With its key.</summary>
    public X509Certificate2 Root { get; }

    public Guid ClusterId { get; }

    /// <summary>What tokens carry, so that a rig knows this root when it sees it.</summary>
    public string Pin { get; }

    public X509Certificate2 IssueRig(PublicKey key, Guid rigId) =>
        Issue(key, new CertificateName(ClusterId, CertificateName.Rig, rigId.ToString("D")), ProtocolLimits.CertificateLife);

    public X509Certificate2 IssueOperator(PublicKey key, string name, TimeSpan life) =>
        Issue(key, new CertificateName(ClusterId, CertificateName.Operator, name), life);

    /// <summary>The coordinator's own, with its key, for these DNS names and addresses.</summary>
    public X509Certificate2 IssueServer(IEnumerable<string> names, TimeSpan life)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=rigshift-coordinator", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (System.Net.IPAddress.TryParse(name, out var address))
            {
                alternatives.AddIpAddress(address);
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        Constrain(request, ServerUse);
        using var bare = Sign(request, life);
        using var whole = bare.CopyWithPrivateKey(key);
        // SChannel refuses keys that live in memory only.
        return X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>Null: not signed by this cluster, not for clients, not valid yet, or ended longer ago than any call forgives.</summary>
    public CertificateStanding? Judge(X509Certificate2 certificate)
    {
        if (!IsOurs(certificate) || RigCertificate.NameOf(certificate) is not { } name || name.ClusterId != ClusterId)
        {
            return null;
        }

        var now = time.GetUtcNow();
        DateTimeOffset begins = certificate.NotBefore.ToUniversalTime();
        DateTimeOffset ends = certificate.NotAfter.ToUniversalTime();
        if (now < begins - ClockSkew || (name.Role == CertificateName.Operator && now > ends))
        {
            return null;
        }

        return new CertificateStanding(name, now > ends, begins, ends);
    }

    public void Dispose() => Root.Dispose();

    private bool IsOurs(X509Certificate2 certificate)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(Root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ClientUse));
        // Judge looks at the times itself: a rig that slept for weeks may still renew.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid;
        return chain.Build(certificate);
    }

    private X509Certificate2 Issue(PublicKey key, CertificateName name, TimeSpan life)
    {
        var request = new CertificateRequest(new X500DistinguishedName($"CN={name.Role}"), key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        alternatives.AddUri(name.ToUri());
        request.CertificateExtensions.Add(alternatives.Build());
        Constrain(request, ClientUse);
        return Sign(request, life);
    }

    private static void Constrain(CertificateRequest request, string use)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], true));
    }

    private X509Certificate2 Sign(CertificateRequest request, TimeSpan life)
    {
        var now = time.GetUtcNow();
        var ends = now + life;
        DateTimeOffset rootEnds = Root.NotAfter.ToUniversalTime();
        return request.Create(Root, now - ClockSkew, ends < rootEnds ? ends : rootEnds, RandomNumberGenerator.GetBytes(16));
    }
}
