namespace Rigshift.Coordinator.JobFiles;

/// <summary>Guesses which word somebody meant.</summary>
internal static class Spelling
{
    /// <summary>The nearest of the known words, or null when none is near enough to be meant.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        var plain = Plain(word);
        return known.Select(k => (Word: k, Distance: Distance(plain, Plain(k))))
            .Where(c => c.Distance <= Math.Max(1, Math.Min(plain.Length, c.Word.Length) / 3))
            .OrderBy(c => c.Distance).ThenBy(c => plain.StartsWith(Plain(c.Word), StringComparison.Ordinal) ? 0 : 1).Select(c => c.Word).FirstOrDefault();
    }

    // max_attempts, MaxAttempts and max-attempts are all maxAttempts to a person. Long words are not compared: no field is.
    private static string Plain(string word) =>
        new([.. word.Take(64).Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);

    // Edits to make a of b; two neighbours swapped, the commonest slip, count as one.
    private static int Distance(string a, string b)
    {
        var table = Enumerable.Range(0, a.Length + 1).Select(_ => new int[b.Length + 1]).ToArray();
        for (var i = 0; i <= a.Length; i++)
        {
            for (var j = 0; j <= b.Length; j++)
            {
                table[i][j] = (i, j) switch
                {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => Math.Min(Math.Min(table[i - 1][j], table[i][j - 1]) + 1, table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)),
                };
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                {
                    table[i][j] = Math.Min(table[i][j], table[i - 2][j - 2] + 1);
                }
            }
        }

        return table[a.Length][b.Length];
    }
}
