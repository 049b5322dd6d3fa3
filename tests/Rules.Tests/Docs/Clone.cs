namespace Rigshift.Rules.Tests.Docs;

/// <summary>The files of the clone that the test was built from.</summary>
internal static class Clone
{
    public static string Root { get; } = FindRoot();

    /// <summary>Every page that people read, as a path below the root.</summary>
    public static IReadOnlyList<string> Pages() =>
    [
        .. Directory.EnumerateFiles(Root, "*.md"),
        .. new[] { "docs", "samples", "installers" }
            .Select(folder => Path.Combine(Root, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.md", SearchOption.AllDirectories)),
    ];

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path)).ReplaceLineEndings("\n");

    /// <summary>What stands between <c>&lt;!-- name --&gt;</c> and <c>&lt;!-- /name --&gt;</c>.</summary>
    public static string Section(string path, string name)
    {
        var page = Read(path);
        var begin = page.IndexOf($"<!-- {name} -->\n", StringComparison.Ordinal);
        var end = page.IndexOf($"<!-- /{name} -->", StringComparison.Ordinal);
        Assert.That(begin >= 0 && end > begin, Is.True, $"{path} has <!-- {name} --> and <!-- /{name} -->");
        return page[(begin + name.Length + "<!--  -->\n".Length)..end];
    }

    private static string FindRoot()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Agent.sln")))
        {
            at = at.Parent;
        }

        return at?.FullName ?? throw new InvalidOperationException("The test does not run inside a clone.");
    }
}
