using System.Globalization;
using System.Text.RegularExpressions;

namespace Rigshift.Agent.Tests.House;

/// <summary>What reviews would otherwise have to look for in every change.</summary>
internal sealed partial class HouseRuleTests
{
    private const int MaxLines = 300;

    private static readonly Dictionary<string, int> EventBlocks = new()
    {
        ["Hosting"] = 1000,
        ["Commands"] = 1100,
        ["Control"] = 1200,
        ["Sessions"] = 1300,
        ["Jobs"] = 1400,
        ["Leases"] = 1500,
        ["Artifacts"] = 1600,
        ["Runtimes"] = 1700,
        ["Storage"] = 1800,
        ["Interop"] = 1900,
    };

    private static readonly string[] BannedSuffixes = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Common", "Base", "Info", "Data", "Processor"];

    private static readonly IReadOnlyList<SourceFile> Sources = Repository.Sources("src");

    private static readonly IReadOnlyList<SourceFile> All = [.. Sources, .. Repository.Sources("tests")];

    [Test]
    public void Files_AreShort()
    {
        var faults = All.Select(file => (file.Path, Lines: file.Text.TrimEnd().Split('\n').Length)).Where(file => file.Lines > MaxLines);

        Assert.That(faults.Select(f => $"{f.Path}: {f.Lines} lines, the limit is {MaxLines}").ToList(), Is.Empty);
    }

    [Test]
    public void EventIds_OfTheAgent_AreUniqueAndInTheBlockOfTheirRoom()
    {
        var ids = (from file in Repository.Sources("src/Agent")
                   from Match match in EventId().Matches(file.Text)
                   select (file.Path, Room: file.Path.Split('/')[2], Id: int.Parse(match.Groups["id"].Value, CultureInfo.InvariantCulture))).ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(ids, Is.Not.Empty);
            Assert.That(ids.GroupBy(e => e.Id).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(e => e.Path))}").ToList(), Is.Empty);
            Assert.That(ids.Where(e => !EventBlocks.TryGetValue(e.Room, out var block) || e.Id / 100 * 100 != block).Select(e => $"{e.Path}: {e.Id}").ToList(), Is.Empty);
        }
    }

    [Test]
    public void EventIds_OfTheCoordinator_AreUniqueAndInItsBlocks()
    {
        var ids = (from file in Repository.Sources("src/Coordinator")
                   from Match match in EventId().Matches(file.Text)
                   select (file.Path, Id: int.Parse(match.Groups["id"].Value, CultureInfo.InvariantCulture))).ToList();

        using (Assert.EnterMultipleScope())
        {
            Assert.That(ids.GroupBy(e => e.Id).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(e => e.Path))}").ToList(), Is.Empty);
            Assert.That(ids.Where(e => e.Id is < 3000 or > 3999).Select(e => $"{e.Path}: {e.Id}").ToList(), Is.Empty);
        }
    }

    [Test]
    public void TypeNames_SayWhatTheTypeIs()
    {
        var faults = from file in All
                     from Match match in TypeName().Matches(file.Code)
                     let name = match.Groups["name"].Value
                     where BannedSuffixes.Any(suffix => name.EndsWith(suffix, StringComparison.Ordinal))
                     select $"{file.Path}: {name}";

        Assert.That(faults.ToList(), Is.Empty);
    }

    [Test]
    public void Types_OfTheAgent_AreInternal()
    {
        var faults = from file in Repository.Sources("src/Agent")
                     from line in file.CodeLines
                     where PublicType().IsMatch(line.Line)
                     select $"{file.Path}({line.Number}): {line.Line.Trim()}";

        Assert.That(faults.ToList(), Is.Empty);
    }

    [Test]
    public void Suppressions_CarryTheirReasonOnTheLine()
    {
        var faults = from file in All
                     from line in file.Text.Split('\n').Select((text, index) => (Number: index + 1, Text: text))
                     where (line.Text.Contains("#pragma warning disable", StringComparison.Ordinal) && !line.Text.Contains("//", StringComparison.Ordinal))
                         || (line.Text.Contains("[SuppressMessage(", StringComparison.Ordinal) && !line.Text.Contains("Justification = \"", StringComparison.Ordinal))
                     where !file.Path.EndsWith("HouseRuleTests.cs", StringComparison.Ordinal)
                     select $"{file.Path}({line.Number}): {line.Text.Trim()}";

        Assert.That(faults.ToList(), Is.Empty);
    }

    [Test]
    public void Catches_OfEverything_SayWhy()
    {
        var faults = from file in Sources
                     let lines = file.Text.Split('\n')
                     from index in Enumerable.Range(0, lines.Length)
                     where CatchAll().IsMatch(lines[index])
                     // On the line, or as the first thing in the block; a bare catch that rethrows needs none.
                     let block = string.Join('\n', lines.Skip(index).Take(4))
                     where !block.Contains("//", StringComparison.Ordinal) && !lines.Skip(index).Take(8).Any(l => l.Trim() == "throw;")
                     select $"{file.Path}({index + 1}): {lines[index].Trim()}";

        Assert.That(faults.ToList(), Is.Empty);
    }

    [Test]
    public void Sources_HaveNoUnfinishedMarks()
    {
        var marks = new[] { "TO" + "DO", "FIX" + "ME", "NotImplemented" + "Exception" };
        var faults = All.Where(file => marks.Any(mark => file.Text.Contains(mark, StringComparison.Ordinal))).Select(file => file.Path);

        Assert.That(faults.ToList(), Is.Empty);
    }

    [GeneratedRegex(@"\[LoggerMessage\(\s*(EventId\s*=\s*)?(?<id>\d+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex EventId();

    [GeneratedRegex(@"\b(class|record struct|record|struct|interface|enum)\s+(?<name>[A-Z]\w*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex TypeName();

    [GeneratedRegex(@"^public\s+(static |sealed |abstract |readonly |partial |unsafe )*(class|record|struct|interface|enum)\b", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex PublicType();

    [GeneratedRegex(@"^\s*catch(\s*\((System\.)?Exception( \w+)?\))?\s*($|\{|//)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CatchAll();
}
