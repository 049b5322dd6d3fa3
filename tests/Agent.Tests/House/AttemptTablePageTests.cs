using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Tests.House;

/// <summary>The drawing in docs/architecture.md is the table that the agent runs by.</summary>
internal sealed class AttemptTablePageTests
{
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
        Assert.That(Pages.Read("docs/architecture.md"), Does.Contain(expected), $"Replace the table in docs/architecture.md with:\n{expected}");
    }
}
