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

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost));
            }
        }

        return row[b.Length];
    }
}
