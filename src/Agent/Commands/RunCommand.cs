using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Rigshift.Agent.Hosting;

namespace Rigshift.Agent.Commands;

internal static class RunCommand
{
    public static Command Create(Globals globals, Terminal terminal, Action<IServiceCollection, AgentSetup> addRooms)
    {
        var command = new Command("run", "Run the agent in the foreground; the service does the same.");
        command.SetAction(async (parsed, _) => globals.Setup(parsed, terminal) is { } setup
            ? await AgentHost.RunAsync(setup, addRooms, CancellationToken.None)
            : ExitCode.Usage);
        return command;
    }
}
