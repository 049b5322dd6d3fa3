using System.CommandLine;
using Rigshift.Agent.Hosting;
using Rigshift.Agent.Hosting.Configuration;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Commands;

/// <summary>Options that every verb takes.</summary>
internal sealed class Globals
{
    public Option<string?> StateDir { get; } = new("--state-dir")
    {
        Description = "Keep everything of this agent in DIR: state, logs, config and control socket. So many agents fit on one machine.",
        HelpName = "DIR",
        Recursive = true,
    };

    public Option<string?> Config { get; } = new("--config")
    {
        Description = "Read options from FILE instead of agent.json in its usual place.",
        HelpName = "FILE",
        Recursive = true,
    };

    public Option<bool> Json { get; } = new("--json") { Description = "Print one JSON document for programs.", Recursive = true };

    public AgentPaths Paths(ParseResult parsed) => PathChooser.Choose(parsed.GetValue(StateDir), parsed.GetValue(Config));

    /// <summary>Null when the config is wrong; every fault has been printed.</summary>
    public AgentSetup? Setup(ParseResult parsed, Terminal terminal)
    {
        var paths = Paths(parsed);
        if (parsed.GetValue(Config) is { } named && !File.Exists(named))
        {
            terminal.Fault(ExitCode.Usage, $"There is no file {named}: check --config.");
            return null;
        }

        var setup = AgentSetup.Load(paths, Environment.GetEnvironmentVariables(), out var faults);
        if (faults.Count == 0)
        {
            return setup;
        }

        terminal.Fault(ExitCode.Usage, faults.Count == 1 ? faults[0] : $"The configuration has {faults.Count} faults:");
        foreach (var fault in faults.Count == 1 ? [] : faults)
        {
            terminal.Fault(ExitCode.Usage, "  " + fault);
        }

        return null;
    }
}
