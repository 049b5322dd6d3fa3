using System.Diagnostics.CodeAnalysis;

namespace Rigshift.Rules;

/// <summary>
/// A relative path that means the same file below one directory on Linux and Windows, and nothing outside it.
/// Both ends check it: the rig before it writes or reads, the coordinator before it stores.
/// </summary>
public readonly record struct ArtifactPath
{
    public const int MaxLength = 512;

    private const int MaxDepth = 32;

    private readonly string? value;

    private ArtifactPath(string value) => this.value = value;

    /// <summary>'/'-separated.</summary>
    public string Value => value ?? throw new InvalidOperationException("A default ArtifactPath has no value.");

    public IReadOnlyList<string> Segments => Value.Split('/');

    /// <summary>Accepts a safe path, or says in one clause why it is not.</summary>
    public static bool TryCreate([NotNullWhen(true)] string? text, out ArtifactPath path, [NotNullWhen(false)] out string? fault)
    {
        path = default;
        fault = Check(text);
        if (fault is not null)
        {
            return false;
        }

        path = new ArtifactPath(text!); // Check refused null.
        return true;
    }

    public override string ToString() => value ?? "";

    private static string? Check(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return "is empty";
        }

        if (text.Length > MaxLength)
        {
            return $"is longer than {MaxLength} characters";
        }

        // The wire and other systems cannot carry half a character; it would come out as another name.
        if (text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') && !IsWellFormed(text))
        {
            return "is not valid Unicode";
        }

        if (text[0] is '/' or '\\')
        {
            return "is absolute";
        }

        var segments = text.Split('/');
        if (segments.Length > MaxDepth)
        {
            return $"is deeper than {MaxDepth} directories";
        }

        foreach (var segment in segments)
        {
            if (CheckSegment(segment) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private static bool IsWellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsSurrogate(text[i]) && (i + 1 == text.Length || !char.IsSurrogatePair(text[i], text[++i])))
            {
                return false;
            }
        }

        return true;
    }

    private static string? CheckSegment(string segment)
    {
        if (segment.Length == 0)
        {
            return "has an empty name between slashes";
        }

        if (segment is "." or "..")
        {
            return "leaves its directory with '.' or '..'";
        }

        foreach (var c in segment)
        {
            if (char.IsControl(c) || c is '\\' or ':' or '*' or '?' or '"' or '<' or '>' or '|')
            {
                return "has a character that Windows refuses or reads as something else (control, \\ : * ? \" < > |)";
            }
        }

        if (segment[^1] is '.' or ' ' || segment[0] == ' ')
        {
            return "has a name that begins or ends with a space, or ends with a dot: Windows drops it";
        }

        return IsReserved(segment) ? $"has the name '{segment}', a device on Windows" : null;
    }

    private static bool IsReserved(string segment)
    {
        var dot = segment.IndexOf('.', StringComparison.Ordinal);
        var stem = (dot < 0 ? segment : segment[..dot]).TrimEnd().ToUpperInvariant();
        return stem is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$"
            || (stem.Length == 4 && (stem.StartsWith("COM", StringComparison.Ordinal) || stem.StartsWith("LPT", StringComparison.Ordinal))
                && stem[3] is (>= '0' and <= '9') or '¹' or '²' or '³');
    }
}
