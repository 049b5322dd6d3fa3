using System.CommandLine;
using Rigshift.Agent.Hosting;

namespace Rigshift.Agent.Commands;

internal static class LogsCommand
{
    public static Command Create(Globals globals, Terminal terminal)
    {
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on printing what is added, until Ctrl+C." };
        var command = new Command("logs", "Print the agent's log. Works while the agent is stopped.") { follow };
        command.SetAction(async (parsed, cancellation) =>
        {
            var paths = globals.Paths(parsed);
            try
            {
                return await OwnLog.PrintAsync(paths, parsed.GetValue(follow), parsed.GetValue(globals.Json), terminal, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested) // Ctrl+C ends -f; that is how it is meant to end.
            {
                return ExitCode.Ok;
            }
            catch (UnauthorizedAccessException e) // The logs are the service's; its group and root may read them.
            {
                return terminal.Fault(ExitCode.NotPermitted, $"{e.Message} Try with sudo, or as administrator.");
            }
        });
        return command;
    }
}
