using System.CommandLine;
using Rigshift.Agent.Hosting;

namespace Rigshift.Agent.Commands;

internal static class LogsCommand
{
    public static Command Create(Globals globals, Terminal terminal)
    {
        var job = new Argument<string?>("JOB") { Description = "Beginning of a job's or an attempt's id: its log on this rig. Without it: the agent's own log.", Arity = ArgumentArity.ZeroOrOne };
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on printing what is added, until Ctrl+C." };
        var command = new Command("logs", "Print the agent's log, or a job's. Works while the agent is stopped.") { job, follow };
        command.SetAction(async (parsed, cancellation) =>
        {
            var paths = globals.Paths(parsed);
            try
            {
                return parsed.GetValue(job) is { } prefix
                    ? await AttemptLog.PrintAsync(paths, prefix, parsed.GetValue(follow), terminal, cancellation)
                    : await OwnLog.PrintAsync(paths, parsed.GetValue(follow), parsed.GetValue(globals.Json), terminal, cancellation);
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
