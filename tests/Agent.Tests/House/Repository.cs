namespace Rigshift.Agent.Tests.House;

/// <summary>Finds the sources that the house rules are held against.</summary>
internal static class Repository
{
    // Not CallerFilePath: a deterministic build replaces it by /_/.
    public static string Root { get; } = FindRoot();

    /// <summary>Every handwritten C# file below the folder, with its path relative to the root and forward slashes.</summary>
    public static IReadOnlyList<SourceFile> Sources(string folder) =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Select(path => new SourceFile(Path.GetRelativePath(Root, path).Replace('\\', '/'), File.ReadAllText(path)))
            .Where(file => !file.Path.Contains("/obj/", StringComparison.Ordinal) && !file.Path.Contains("/bin/", StringComparison.Ordinal))
            .OrderBy(file => file.Path, StringComparer.Ordinal)];

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Agent.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Agent.sln is in no folder above the tests.");
    }
}

internal sealed record SourceFile(string Path, string Text)
{
    /// <summary>The text without comments and string contents, line for line: rules are about code.</summary>
    public string Code { get; } = Strip(Text);

    public IEnumerable<(int Number, string Line)> CodeLines => Code.Split('\n').Select((line, index) => (index + 1, line));

    // Good enough for our own formatted sources: line comments, block comments, plain, verbatim and raw strings.
    private static string Strip(string text)
    {
        var result = new System.Text.StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (At(text, i, "//"))
            {
                i = Skip(text, i, "\n", result) - 1;
            }
            else if (At(text, i, "/*"))
            {
                i = Skip(text, i, "*/", result) + 1;
            }
            else if (At(text, i, "\"\"\""))
            {
                i = Skip(text, i + 3, "\"\"\"", result) + 2;
            }
            else if (text[i] == '"')
            {
                i = SkipString(text, i, result);
            }
            else if (text[i] == '\'' && i + 2 < text.Length && (text[i + 2] == '\'' || text[i + 1] == '\\'))
            {
                i = text.IndexOf('\'', i + 2 + (text[i + 1] == '\\' && text[i + 2] == '\'' ? 1 : 0));
            }
            else
            {
                result.Append(text[i]);
            }
        }

        return result.ToString();
    }

    private static bool At(string text, int index, string what) => string.CompareOrdinal(text, index, what, 0, what.Length) == 0;

    private static int Skip(string text, int from, string end, System.Text.StringBuilder result)
    {
        var to = text.IndexOf(end, from, StringComparison.Ordinal);
        to = to < 0 ? text.Length : to;
        result.Append('\n', text.AsSpan(from, to - from).Count('\n'));
        return to;
    }

    private static int SkipString(string text, int open, System.Text.StringBuilder result)
    {
        var verbatim = open > 0 && (text[open - 1] == '@' || (open > 1 && text[open - 1] == '$' && text[open - 2] == '@'));
        for (var i = open + 1; i < text.Length; i++)
        {
            if (text[i] == '\n')
            {
                result.Append('\n');
            }

            if (!verbatim && text[i] == '\\')
            {
                i++;
            }
            else if (text[i] == '"')
            {
                if (!verbatim || i + 1 >= text.Length || text[i + 1] != '"')
                {
                    return i;
                }

                i++;
            }
        }

        return text.Length;
    }
}
