using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Authority;

/// <summary>Reads whom a client certificate speaks for.</summary>
internal static class RigCertificate
{
    private const string AlternativeNames = "2.5.29.17";
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    /// <summary>Null when no name of ours is in it.</summary>
    public static CertificateName? NameOf(X509Certificate2 certificate)
    {
        var extension = certificate.Extensions.FirstOrDefault(e => e.Oid?.Value == AlternativeNames);
        if (extension is null)
        {
            return null;
        }

        try
        {
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (names.PeekTag() != UriTag)
                {
                    names.ReadEncodedValue();
                }
                else if (Uri.TryCreate(names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag), UriKind.Absolute, out var uri)
                    && CertificateName.TryParse(uri, out var name))
                {
                    return name;
                }
            }
        }
        catch (AsnContentException)
        {
            return null; // Not ours: we never issue a malformed name.
        }

        return null;
    }
}
