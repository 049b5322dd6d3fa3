using System.Text;

namespace Rigshift.Rules;

/// <summary>Makes text from jobs and peers fit to show: no control character of it reaches a terminal or a log.</summary>
public static class SafeText
{
    private const int MessageLimit = 256;

    /// <summary>A line is cut after this many characters, so that one line cannot fill a screen or a log.</summary>
    public const int LineLimit = 16 * 1024;

    /// <summary>Untrusted text inside one of our messages: control characters become '?', 256 characters at most.</summary>
    public static string ForMessage(string? text) => Clean(text ?? "", MessageLimit, keepTabs: false);

    /// <summary>A job's log line for a terminal: tabs stay, escape sequences lose their escape.</summary>
    public static string ForTerminal(string text) => Clean(text, LineLimit, keepTabs: true);

    private static string Clean(string text, int limit, bool keepTabs)
    {
        var builder = new StringBuilder(Math.Min(text.Length, limit));
        foreach (var c in text)
        {
            if (builder.Length == limit)
            {
                return builder.Append('…').ToString();
            }

            builder.Append(IsHarmless(c, keepTabs) ? c : '?');
        }

        return builder.ToString();
    }

    // Bidirectional overrides reorder what a reader sees; they are as harmful as escape codes.
    private static bool IsHarmless(char c, bool keepTabs) =>
        (c == '\t' && keepTabs) || !(char.IsControl(c) || c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\u2028' or '\u2029');
}
