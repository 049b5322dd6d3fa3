using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Rigshift.Agent.Hosting;

namespace Rigshift.Agent.Commands;

/// <summary>The verbs of <c>rigshift</c>.</summary>
internal static class CommandLine
{
    public static async Task<int> InvokeAsync(string[] args, Terminal terminal, Action<IServiceCollection, AgentSetup> addRooms)
    {
        var globals = new Globals();
        var root = new RootCommand("Turns a mining rig into an AI compute host: pulls jobs from a coordinator, runs them, reports them.")
        {
            globals.StateDir,
            globals.Config,
            globals.Json,
            RunCommand.Create(globals, terminal, addRooms),
            EnrollCommand.Create(globals, terminal),
            StatusCommand.Create(globals, terminal),
            JobsCommand.Create(globals, terminal),
            LogsCommand.Create(globals, terminal),
            ServiceCommand.Create(globals, terminal),
            VersionCommand.Create(globals, terminal),
        };
        var parsed = root.Parse(args);
        if (parsed.Errors.Count > 0)
        {
            foreach (var fault in parsed.Errors)
            {
                terminal.Fault(ExitCode.Usage, fault.Message);
            }

            return terminal.Fault(ExitCode.Usage, "Try: rigshift --help");
        }

        // No time-out on Ctrl+C: the host stops in order by itself, and would be cut off.
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = null, Output = terminal.Output });
    }
}
