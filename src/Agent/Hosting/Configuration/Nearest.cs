namespace Rigshift.Agent.Hosting.Configuration;

/// <summary>Finds what a mistyped word was meant to be.</summary>
internal static class Nearest
{
    /// <summary>The closest candidate, or null when none is close enough to be a typing mistake.</summary>
    public static string? Of(string word, IEnumerable<string> candidates)
    {
        string? best = null;
        var least = Math.Max(2, word.Length / 4) + 1;
        foreach (var candidate in candidates)
        {
            var distance = Distance(word, candidate);
            // The right name in the wrong section is the other mistake that people make.
            if (LastPart(word).Equals(LastPart(candidate), StringComparison.OrdinalIgnoreCase))
            {
                distance = Math.Min(distance, 1);
            }

            if (distance < least)
            {
                (best, least) = (candidate, distance);
            }
        }

        return best;
    }

    private static string LastPart(string key) => key[(key.LastIndexOf(':') + 1)..];

    // Levenshtein over two rows; keys are short.
    private static int Distance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        var current = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToUpperInvariant(a[i - 1]) == char.ToUpperInvariant(b[j - 1]);
                current[j] = Math.Min(Math.Min(previous[j], current[j - 1]) + 1, previous[j - 1] + (same ? 0 : 1));
            }

            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
