using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rigshift.Coordinator.Authority;

/// <summary>Takes the public key from a rig's PKCS#10, and nothing else of it.</summary>
internal static class SigningRequest
{
    private const string P256 = "1.2.840.10045.3.1.7";
    private const int MaxBytes = 8 * 1024;

    /// <summary>False: not a request, not signed by its own key, or not an ECDSA P-256 key.</summary>
    public static bool TryRead(ReadOnlySpan<byte> der, out PublicKey? key)
    {
        key = null;
        if (der.Length is 0 or > MaxBytes)
        {
            return false;
        }

        try
        {
            var request = CertificateRequest.LoadSigningRequest(der.ToArray(), HashAlgorithmName.SHA256);
            using var ecdsa = request.PublicKey.GetECDsaPublicKey();
            if (ecdsa?.ExportParameters(false).Curve.Oid.Value != P256)
            {
                return false;
            }

            key = request.PublicKey;
            return true;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException) // How the framework says that the bytes are no request.
        {
            return false;
        }
    }
}
