using System.IO.Enumeration;

namespace Rigshift.Agent.Artifacts;

/// <summary>A pattern of output paths: '*' stands for characters within one name, '**' for any number of directories.</summary>
internal sealed class OutputPattern(string pattern)
{
    private readonly string[] segments = pattern.Split('/');

    public bool Matches(IReadOnlyList<string> names) => Matches(0, names, 0);

    private bool Matches(int segment, IReadOnlyList<string> names, int name)
    {
        if (segment == segments.Length)
        {
            return name == names.Count;
        }

        if (segments[segment] == "**")
        {
            // A last '**' is everything below; consecutive ones are one.
            return segment == segments.Length - 1
                ? name < names.Count
                : Enumerable.Range(name, names.Count - name + 1).Any(next => Matches(segment + 1, names, next));
        }

        return name < names.Count
            && FileSystemName.MatchesSimpleExpression(Escape(segments[segment]), names[name], ignoreCase: false)
            && Matches(segment + 1, names, name + 1);
    }

    // Only '*' means something here; the framework's '?' and '\' would, too.
    private static string Escape(string segment) =>
        segment.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("?", "\\?", StringComparison.Ordinal);
}
