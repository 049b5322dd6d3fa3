using System.Text.RegularExpressions;
using Rigshift.Agent.Hosting.Configuration;

namespace Rigshift.Agent.Tests.House;

/// <summary>docs/operations.md lists the options that an owner can write into agent.json: all of them, and no other.</summary>
internal sealed partial class OptionsPageTests
{
    [Test]
    public void OperationsPage_AgentOptions_AreTheAgents()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "operations.md"));
        var begin = page.IndexOf("<!-- agent-options -->", StringComparison.Ordinal);
        var table = page[begin..page.IndexOf("<!-- /agent-options -->", StringComparison.Ordinal)];
        var listed = Keys().Matches(table).Select(match => match.Groups["key"].Value);
        var known = new AgentOptions(PathChooser.Choose("state", null)).Settings().Select(setting => setting.Key);
        Assert.That(listed, Is.EquivalentTo(known), "one row per option in docs/operations.md, between the agent-options marks");
    }

    [GeneratedRegex("^\\| `(?<key>[A-Za-z:]+)` \\|", RegexOptions.Multiline)]
    private static partial Regex Keys();
}
