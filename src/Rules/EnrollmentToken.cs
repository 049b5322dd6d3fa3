using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Rigshift.Rules;

/// <summary>
/// What a rig needs to join: the coordinator's URL, the token's id and secret, and the pin of the cluster root, so that
/// nobody in between can pose as the coordinator. Text form: <c>rst1.</c> and base64url of the four parts.
/// </summary>
public sealed record EnrollmentToken(Uri Url, string Id, string Secret, string Pin)
{
    private const string Prefix = "rst1.";
    private const int MaxLength = 2048;

    public static EnrollmentToken Create(Uri url, string id, string pin) =>
        new(url, id, Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)), pin);

    /// <summary>The text an operator hands to a rig. Secret.</summary>
    public string Encode() =>
        Prefix + Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join('\n', Url.OriginalString, Id, Secret, Pin)));

    /// <summary>Reads the text form; <paramref name="fault"/> never repeats the token.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EnrollmentToken? token, [NotNullWhen(false)] out string? fault)
    {
        token = null;
        text = text?.Trim();
        if (string.IsNullOrEmpty(text))
        {
            fault = "The token is empty.";
            return false;
        }

        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length > MaxLength)
        {
            fault = $"The token does not begin with '{Prefix}': copy the whole line that 'rigshift-coordinator token create' printed.";
            return false;
        }

        fault = "The token is cut off or mistyped: copy the whole line that 'rigshift-coordinator token create' printed.";
        if (!Base64Url.IsValid(text.AsSpan(Prefix.Length)))
        {
            return false;
        }

        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text.AsSpan(Prefix.Length))).Split('\n');
        if (parts.Length != 4 || !Uri.TryCreate(parts[0], UriKind.Absolute, out var url)
            || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp)
            || parts[1].Length == 0 || parts[2].Length == 0 || !SpkiPin.IsWellFormed(parts[3]))
        {
            return false;
        }

        token = new EnrollmentToken(url, parts[1], parts[2], parts[3]);
        fault = null;
        return true;
    }

    // The secret must not reach a log through a record's generated text.
    public override string ToString() => $"token {Id} for {Url}";
}
