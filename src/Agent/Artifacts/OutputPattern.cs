namespace Rigshift.Agent.Artifacts;

/// <summary>
/// A pattern of output paths: '*' stands for characters within one name, '**' for any number of directories. Both matchers
/// go back to the last star only, which is enough, so hostile names cost no more than their length times the pattern's.
/// </summary>
internal sealed class OutputPattern(string pattern)
{
    private readonly string[] segments = pattern.Split('/');

    public bool Matches(IReadOnlyList<string> names)
    {
        var (p, n, star, mark) = (0, 0, -1, 0);
        while (n < names.Count)
        {
            if (p < segments.Length && segments[p] == "**")
            {
                (star, mark) = (p++, n);
                // A last '**' is everything below.
                if (p == segments.Length)
                {
                    return true;
                }
            }
            else if (p < segments.Length && MatchesName(segments[p], names[n]))
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++mark;
            }
            else
            {
                return false;
            }
        }

        return p == segments.Length;
    }

    // The framework's matcher gives '?' and '\' a meaning, too.
    private static bool MatchesName(string pattern, string name)
    {
        var (p, n, star, mark) = (0, 0, -1, 0);
        while (n < name.Length)
        {
            if (p < pattern.Length && pattern[p] == '*')
            {
                (star, mark) = (p++, n);
            }
            else if (p < pattern.Length && pattern[p] == name[n])
            {
                p++;
                n++;
            }
            else if (star >= 0)
            {
                p = star + 1;
                n = ++mark;
            }
            else
            {
                return false;
            }
        }

        return pattern.AsSpan(p).TrimStart('*').IsEmpty;
    }
}
