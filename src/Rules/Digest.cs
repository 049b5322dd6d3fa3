using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Rigshift.Rules;

/// <summary>SHA-256 of an artifact's bytes. Text form: <c>sha256:</c> and 64 lower-case hex digits.</summary>
public readonly record struct Digest
{
    private const string Prefix = "sha256:";
    private const int HexLength = 64;

    private readonly string? hex;

    private Digest(string hex) => this.hex = hex;

    /// <summary>The 64 hex digits alone: a safe file name.</summary>
    public string Hex => hex ?? throw new InvalidOperationException("A default Digest has no value.");

    /// <summary>Takes the 32 bytes that SHA-256 gave.</summary>
    public static Digest FromHash(ReadOnlySpan<byte> hash) =>
        hash.Length == SHA256.HashSizeInBytes
            ? new Digest(Convert.ToHexStringLower(hash))
            : throw new ArgumentException($"A SHA-256 hash has 32 bytes, not {hash.Length}.", nameof(hash));

    /// <summary>Hashes bytes that are in memory.</summary>
    public static Digest Of(ReadOnlySpan<byte> bytes) => FromHash(SHA256.HashData(bytes));

    /// <summary>Reads the text form; upper case, other algorithms and other lengths are refused.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        digest = default;
        if (text is null || text.Length != Prefix.Length + HexLength || !text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return false;
        }

        foreach (var c in text.AsSpan(Prefix.Length))
        {
            if (!char.IsAsciiHexDigitLower(c) && !char.IsAsciiDigit(c))
            {
                return false;
            }
        }

        digest = new Digest(text[Prefix.Length..]);
        return true;
    }

    /// <inheritdoc cref="TryParse"/>
    /// <exception cref="FormatException">The text is not a digest.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException($"'{SafeText.ForMessage(text)}' is not a digest: write sha256: and 64 lower-case hex digits.");

    public override string ToString() => Prefix + Hex;
}
