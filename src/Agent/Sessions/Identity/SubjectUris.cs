using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Rigshift.Agent.Sessions.Identity;

/// <summary>The URIs among a certificate's subject alternative names: the framework lists DNS names and addresses only.</summary>
internal static class SubjectUris
{
    // uniformResourceIdentifier [6] of GeneralName, RFC 5280 section 4.2.1.6.
    private static readonly Asn1Tag UriTag = new(TagClass.ContextSpecific, 6);

    public static IReadOnlyList<Uri> Of(X509SubjectAlternativeNameExtension extension)
    {
        var uris = new List<Uri>();
        try
        {
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                if (!names.PeekTag().HasSameClassAndValue(UriTag))
                {
                    names.ReadEncodedValue();
                }
                else if (Uri.TryCreate(names.ReadCharacterString(UniversalTagNumber.IA5String, UriTag), UriKind.Absolute, out var uri))
                {
                    uris.Add(uri);
                }
            }
        }
        catch (AsnContentException)
        {
            return []; // A name that cannot be read names nobody.
        }

        return uris;
    }
}
