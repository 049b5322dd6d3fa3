using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Sessions;

/// <summary>A cluster root made for one test, and what it signs.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset Epoch = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public TestAuthority()
    {
        var request = new CertificateRequest("CN=test root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        Root = request.CreateSelfSigned(Epoch, Epoch.AddYears(20));
    }

    public Guid ClusterId { get; } = Guid.NewGuid();

    public X509Certificate2 Root { get; }

    public string Pin => SpkiPin.Of(Root);

    public X509Certificate2 Server(string host = "localhost", DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        using var serverKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=coordinator", serverKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], false));
        using var certificate = Sign(request, from ?? Epoch, to ?? Epoch.AddYears(10));
        return certificate.CopyWithPrivateKey(serverKey);
    }

    /// <summary>A rig's certificate for the key of a signing request.</summary>
    public X509Certificate2 Rig(byte[] csr, Guid rigId, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var asked = CertificateRequest.LoadSigningRequest(csr, HashAlgorithmName.SHA256);
        return Rig(asked.PublicKey, rigId, from, to);
    }

    public X509Certificate2 Rig(PublicKey rigKey, Guid rigId, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var request = new CertificateRequest(new X500DistinguishedName("CN=rig"), rigKey, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new CertificateName(ClusterId, CertificateName.Rig, rigId.ToString("D")).ToUri());
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));
        return Sign(request, from ?? Epoch, to ?? Epoch.AddYears(10));
    }

    public void Dispose()
    {
        key.Dispose();
        Root.Dispose();
    }

    private X509Certificate2 Sign(CertificateRequest request, DateTimeOffset from, DateTimeOffset to) =>
        request.Create(Root.SubjectName, X509SignatureGenerator.CreateForECDsa(key), from, to, RandomNumberGenerator.GetBytes(16));
}
