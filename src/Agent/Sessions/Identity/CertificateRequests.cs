using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Rigshift.Rules;

namespace Rigshift.Agent.Sessions.Identity;

/// <summary>What a rig asks for, and how it checks what it got.</summary>
internal static class CertificateRequests
{
    /// <summary>PKCS#10, DER. The coordinator ignores the subject.</summary>
    public static byte[] Create(ECDsa key) => new CertificateRequest("CN=rig", key, HashAlgorithmName.SHA256).CreateSigningRequest();

    /// <summary>Null when the certificate is this rig's, for this key, by one of the roots; else what is wrong with it.</summary>
    public static string? Check(X509Certificate2 certificate, ECDsa key, Guid clusterId, Guid rigId, IReadOnlyList<X509Certificate2> roots)
    {
        if (!certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
        {
            return "it is for another key";
        }

        if (Name(certificate) is not { Role: CertificateName.Rig } name || name.ClusterId != clusterId || name.Subject != rigId.ToString("D"))
        {
            return "it is for another name";
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(roots.ToArray());
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck; // The root publishes no list; the coordinator checks revocation itself.
        chain.ChainPolicy.VerificationFlags = X509VerificationFlags.IgnoreNotTimeValid; // It was made a moment ago; this rig's clock may be wrong.
        return chain.Build(certificate) ? null : "it is not signed by the cluster's root";
    }

    private static CertificateName? Name(X509Certificate2 certificate)
    {
        foreach (var extension in certificate.Extensions)
        {
            if (extension is X509SubjectAlternativeNameExtension names
                && SubjectUris.Of(names).Select(u => CertificateName.TryParse(u, out var name) ? name : null).FirstOrDefault(n => n is not null) is { } found)
            {
                return found;
            }
        }

        return null;
    }
}
