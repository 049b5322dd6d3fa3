using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Tests.House;

/// <summary>docs/architecture.md draws the house that is there: its rooms, and the table that attempts live by.</summary>
internal sealed class ArchitecturePageTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md")).ReplaceLineEndings("\n");

    [Test]
    public void ArchitecturePage_AttemptTable_IsTheCodesTable()
    {
        var triggers = Enum.GetValues<AttemptTrigger>();
        var lines = new List<string>
        {
            $"| state | {string.Join(" | ", triggers)} |",
            $"|---|{string.Concat(triggers.Select(_ => "---|"))}",
        };
        lines.AddRange(Enum.GetValues<AttemptState>().Select(state =>
            $"| {state} | {string.Join(" | ", triggers.Select(trigger => AttemptTransitions.Next(state, trigger)?.ToString() ?? "-"))} |"));
        var expected = $"<!-- attempt-table -->\n{string.Join('\n', lines)}\n<!-- /attempt-table -->";
        Assert.That(Page, Does.Contain(expected), $"Replace the table in docs/architecture.md with:\n{expected}");
    }

    [Test]
    public void ArchitecturePage_RoomTable_HasEveryRoomAndNoOther()
    {
        var table = Page.Split("\n## ").Single(section => section.StartsWith("Rooms of the agent\n", StringComparison.Ordinal));
        var listed = table.Split('\n')
            .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
            .Skip(1)
            .SelectMany(line => line.Split('|')[1].Split(',', StringSplitOptions.TrimEntries));
        var rooms = Repository.Sources("src/Agent").Select(file => file.Path.Split('/')).Where(path => path.Length > 3).Select(path => path[2]).Distinct();
        Assert.That(listed, Is.EquivalentTo(rooms));
    }
}
