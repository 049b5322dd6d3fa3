using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Rigshift.Coordinator.Serving;

namespace Rigshift.Coordinator.Authority;

/// <summary>Keeps the root's certificate and key; makes both at the first start.</summary>
internal static class AuthorityFiles
{
    // Rigs pin the root's key: replacing it means enrolling every rig again, so it outlives the hardware.
    private static readonly TimeSpan RootLife = TimeSpan.FromDays(20 * 365);

    public static X509Certificate2 LoadOrCreate(string directory, TimeProvider time)
    {
        PrivateFile.CreateDirectory(directory);
        var certificate = Path.Combine(directory, "root.pem");
        var key = Path.Combine(directory, "root.key");
        if (File.Exists(certificate))
        {
            return Load(certificate, key);
        }

        using var made = Create(time);
        using var made256 = made.GetECDsaPrivateKey();
        // The key first: a certificate without its key would stop the next start.
        PrivateFile.Write(key, Encoding.ASCII.GetBytes(made256!.ExportPkcs8PrivateKeyPem())); // Create made it with this key.
        PrivateFile.Write(certificate, Encoding.ASCII.GetBytes(made.ExportCertificatePem()));
        return Load(certificate, key);
    }

    private static X509Certificate2 Load(string certificate, string key)
    {
        try
        {
            using var pem = X509Certificate2.CreateFromPemFile(certificate, key);
            return X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null, X509KeyStorageFlags.Exportable);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The cluster's root in {Path.GetDirectoryName(certificate)} cannot be read: {e.Message} Restore root.pem and root.key from a backup; a new root means enrolling every rig again.", e);
        }
    }

    private static X509Certificate2 Create(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Rigshift cluster root", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        var now = time.GetUtcNow();
        return request.CreateSelfSigned(now - TimeSpan.FromDays(1), now + RootLife);
    }
}
