using System.Text.RegularExpressions;

namespace Rigshift.Rules.Tests.Docs;

/// <summary>What a reader trips over on any page: links that lead nowhere, and paths of the writer's machine.</summary>
internal sealed partial class PageTests
{
    private static readonly string[] MachinePaths = ["/home/", "/work/", "/Users/", "/tmp/", @"C:\Users\"];

    private static IEnumerable<TestCaseData> Pages() =>
        Clone.Pages().Select(page => new TestCaseData(page).SetArgDisplayNames(Path.GetRelativePath(Clone.Root, page)));

    [TestCaseSource(nameof(Pages))]
    public void Page_RelativeLinks_Resolve(string page)
    {
        var text = File.ReadAllText(page);
        var broken = Links().Matches(text)
            .Select(match => match.Groups["to"].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith("mailto:", StringComparison.Ordinal))
            .Where(link => !Resolves(page, link));
        Assert.That(broken, Is.Empty);
    }

    [TestCaseSource(nameof(Pages))]
    public void Page_Text_NamesNoMachinePath(string page)
    {
        var text = File.ReadAllText(page);
        Assert.That(MachinePaths.Where(path => text.Contains(path, StringComparison.Ordinal)), Is.Empty);
    }

    [TestCase("README.md")]
    [TestCase("CHANGELOG.md")]
    [TestCase("CONTRIBUTING.md")]
    [TestCase("SECURITY.md")]
    [TestCase("docs/architecture.md")]
    [TestCase("docs/protocol.md")]
    [TestCase("docs/operations.md")]
    [TestCase("docs/jobs.md")]
    public void Clone_Page_IsThere(string page) => Assert.That(Path.Combine(Clone.Root, page), Does.Exist);

    [Test]
    public void Decisions_EveryRecord_HasTheFiveHeadingsAndIsListed()
    {
        var folder = Path.Combine(Clone.Root, "docs", "adr");
        var list = File.ReadAllText(Path.Combine(folder, "README.md"));
        using var scope = Assert.EnterMultipleScope();
        foreach (var record in Directory.EnumerateFiles(folder, "0*.md"))
        {
            var name = Path.GetFileName(record);
            var headings = File.ReadLines(record).Where(line => line.StartsWith('#')).ToList();
            Assert.That(headings[1..], Is.EqualTo(["## Status", "## Context", "## Decision", "## Consequences"]), name);
            Assert.That(headings[0], Does.StartWith($"# {name[..4]}: "), name);
            Assert.That(list, Does.Contain($"({name})"), "docs/adr/README.md lists it");
        }
    }

    private static bool Resolves(string page, string link)
    {
        var parts = link.Split('#', 2);
        var target = parts[0].Length == 0 ? page : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page)!, parts[0])); // Pages have full paths.
        if (!File.Exists(target) && !Directory.Exists(target))
        {
            return false;
        }

        return parts.Length == 1 || !target.EndsWith(".md", StringComparison.Ordinal) || Anchors(target).Contains(parts[1]);
    }

    // As GitHub makes them: lower case, spaces to hyphens, punctuation dropped.
    private static IEnumerable<string> Anchors(string page) => File.ReadLines(page)
        .Where(line => line.StartsWith('#'))
        .Select(line => line.TrimStart('#').Trim())
        .Select(heading => string.Concat(heading.Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : char.ToLowerInvariant(c))));

    [GeneratedRegex(@"\]\((?<to>[^)\s]+)\)")]
    private static partial Regex Links();
}
