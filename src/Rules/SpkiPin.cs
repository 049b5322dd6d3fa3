using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Rigshift.Rules;

/// <summary>Base64url of the SHA-256 of a certificate's SubjectPublicKeyInfo: names a key, whatever certificate carries it.</summary>
public static class SpkiPin
{
    private const int Length = 43;

    public static string Of(X509Certificate2 certificate) =>
        Base64Url.EncodeToString(SHA256.HashData(certificate.PublicKey.ExportSubjectPublicKeyInfo()));

    public static bool IsWellFormed(string? text) => text is { Length: Length } && Base64Url.IsValid(text);
}
