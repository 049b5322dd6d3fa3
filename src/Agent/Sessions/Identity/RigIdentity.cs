using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Sessions.Identity;

/// <summary>Who this rig is to its coordinator: one generation, read whole and never changed.</summary>
/// <param name="Generation">Counts up; a renewal makes the next.</param>
/// <param name="Certificate">With its private key, where there is TLS.</param>
/// <param name="Roots">All that a coordinator's certificate may chain to.</param>
internal sealed record RigIdentity(
    int Generation, RigId RigId, Guid ClusterId, Uri Coordinator, X509Certificate2 Certificate, IReadOnlyList<X509Certificate2> Roots)
{
    public DateTimeOffset CertificateBegins => new(Certificate.NotBefore.ToUniversalTime(), TimeSpan.Zero);

    public DateTimeOffset CertificateEnds => new(Certificate.NotAfter.ToUniversalTime(), TimeSpan.Zero);

#pragma warning disable CA2000 // The identity owns its certificate, and lives as long as connections may use it.
    public static RigIdentity Load(int generation, IdentityDocument document) => new(
        generation,
        new RigId(Guid.ParseExact(document.RigId, "D")),
        Guid.ParseExact(document.ClusterId, "D"),
        new Uri(document.CoordinatorUrl, UriKind.Absolute),
        LoadCertificate(document),
        [.. document.RootsPem.Select(pem => X509Certificate2.CreateFromPem(pem))]);
#pragma warning restore CA2000

    public override string ToString() => $"rig {RigId}, identity generation {Generation}";

    private static X509Certificate2 LoadCertificate(IdentityDocument document)
    {
        // Without TLS (loopback, for tests) nobody asks for the key; Wine cannot load one.
        if (document.CoordinatorUrl.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
        {
            return X509Certificate2.CreateFromPem(document.CertificatePem);
        }

        var certificate = X509Certificate2.CreateFromPem(document.CertificatePem, document.KeyPem);
        if (!OperatingSystem.IsWindows())
        {
            return certificate;
        }

        // SChannel refuses a key that lives in memory only (dotnet/runtime#23749): a PKCS#12 round trip gives it a container.
        using (certificate)
        {
            var pkcs12 = certificate.Export(X509ContentType.Pkcs12);
            try
            {
                return X509CertificateLoader.LoadPkcs12(pkcs12, password: null);
            }
            finally
            {
                CryptographicOperations.ZeroMemory(pkcs12);
            }
        }
    }
}
