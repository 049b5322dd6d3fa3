using System.Text.RegularExpressions;

namespace Rigshift.Rules.Tests.Docs;

/// <summary>Every command that a page shows exists: its verb, the verb below it, and its options.</summary>
internal sealed partial class CommandTests
{
    private static readonly Dictionary<string, Verbs> Programs = new Dictionary<string, Verbs>
    {
        ["rigshift"] = Verbs.In("src/Agent/Commands"),
        ["rigshift-coordinator"] = Verbs.In("src/Coordinator/Commands", "src/Coordinator/Demo"),
    };

    private static IEnumerable<TestCaseData> Commands() => Clone.Pages()
        .SelectMany(page => Code().Matches(File.ReadAllText(page)).SelectMany(code => code.Value.Split('\n')).SelectMany(Parse))
        .Distinct()
        .Select(command => new TestCaseData(command.Program, command.Words).SetArgDisplayNames(command.Program, command.Words));

    [TestCaseSource(nameof(Commands))]
    public void Page_Command_Exists(string program, string words)
    {
        var verbs = Programs[program];
        var parts = words.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        using var scope = Assert.EnterMultipleScope();
        Assert.That(parts.Where(part => part.StartsWith('-')).Select(part => part.TrimEnd(',', '.', ';')), Is.SubsetOf(verbs.Options), "options");
        var names = parts.SkipWhile(part => part.StartsWith("--state-dir", StringComparison.Ordinal) || part == "rig1").ToList();
        Assert.That(names.Count == 0 || names[0].StartsWith('-') || verbs.Names.Contains(names[0].TrimEnd(',', '.')), Is.True, $"'{names.FirstOrDefault()}' is a verb of {program}");
        if (names.Count > 1 && verbs.Below.TryGetValue(names[0], out var below) && !names[1].StartsWith('-') && char.IsAsciiLetterLower(names[1][0]))
        {
            Assert.That(names[1].TrimEnd(',', '.').Split('|'), Is.SubsetOf(below), $"verbs below {names[0]}");
        }
    }

    [Test]
    public void Commands_AreFoundInPagesAndSources()
    {
        using var scope = Assert.EnterMultipleScope();
        Assert.That(Commands().Count(), Is.GreaterThan(20));
        Assert.That(Programs["rigshift"].Names, Does.Contain("run"));
        Assert.That(Programs["rigshift-coordinator"].Below["token"], Does.Contain("create"));
    }

    private static IEnumerable<(string Program, string Words)> Parse(string line)
    {
        foreach (Match match in Invocation().Matches(line.Trim('`')))
        {
            var program = match.Groups["project"] is { Success: true, Value: var project } ? project == "Agent" ? "rigshift" : "rigshift-coordinator" : match.Groups["program"].Value;
            yield return (program, match.Groups["words"].Value.Trim());
        }
    }

    // Fenced blocks without a language (what a person types) and inline code.
    [GeneratedRegex(@"^```\n[\s\S]*?^```|(?<!`)`[^`\n]+`(?!`)", RegexOptions.Multiline)]
    private static partial Regex Code();

    [GeneratedRegex(@"(?:^|(?<=sudo |\| |; ))(?:dotnet run --project src/(?<project>Agent|Coordinator) --|(?<program>rigshift-coordinator|rigshift))(?<words>(?: [^\s`;#(]+)+)")]
    private static partial Regex Invocation();

    /// <summary>What the sources of a program define; the hidden verb "shim" is for the agent itself.</summary>
    private sealed partial record Verbs(IReadOnlySet<string> Names, IReadOnlySet<string> Options, IReadOnlyDictionary<string, IReadOnlySet<string>> Below)
    {
        public static Verbs In(params string[] folders)
        {
            var names = new HashSet<string> { "shim" };
            var options = new HashSet<string> { "--help" };
            var below = new Dictionary<string, IReadOnlySet<string>>();
            foreach (var source in folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Clone.Root, folder), "*.cs")).Select(File.ReadAllText))
            {
                var defined = Name().Matches(source).Select(match => match.Groups["name"].Value).ToList();
                names.UnionWith(defined);
                options.UnionWith(Option().Matches(source).SelectMany(match => Text().Matches(match.Groups["names"].Value)).Select(match => match.Groups["text"].Value));
                if (defined.Count > 1)
                {
                    below[defined[0]] = defined[1..].ToHashSet();
                }
            }

            return new Verbs(names, options, below);
        }

        [GeneratedRegex(@"(?:new Command|new|Verb)\(""(?<name>[a-z]+)"", """)]
        private static partial Regex Name();

        [GeneratedRegex(@"(?:new Option<[^>]+>|= new)\((?<names>(?:""-[-a-z]+""(?:, )?)+)\)")]
        private static partial Regex Option();

        [GeneratedRegex(@"""(?<text>-[-a-z]+)""")]
        private static partial Regex Text();
    }
}
