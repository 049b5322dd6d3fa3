using Rigshift.Agent.Control;
using Rigshift.Agent.Hosting;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Commands;

/// <summary>Asks the service, and when it is stopped its state directory.</summary>
internal static class Asking
{
    /// <param name="offline">Reads the same from disk.</param>
    /// <returns>The report, and the exit code that goes with it; a null report has been explained on the terminal.</returns>
    public static async Task<(T? Report, int ExitCode)> AskAsync<T>(
        AgentPaths paths, string ask, Func<ControlReply, T?> pick, Func<T> offline, Terminal terminal, CancellationToken cancellation)
        where T : class
    {
        var answer = await ControlClient.AskAsync(paths, ask, TimeProvider.System, cancellation);
        switch (answer.Fault)
        {
            case ControlFault.None:
                return (pick(answer.Reply!), ExitCode.Ok); // Set when there is no fault.
            case ControlFault.NotPermitted:
                return (null, terminal.Fault(ExitCode.NotPermitted, answer.Text));
            case ControlFault.NotRunning:
                break;
            default:
                return (null, terminal.Fault(ExitCode.Failed, answer.Text));
        }

        try
        {
            var report = offline();
            terminal.Fault(ExitCode.NotRunning, $"{answer.Text} This is what {paths.StateDir} had on record when it ended.");
            return (report, ExitCode.NotRunning);
        }
        catch (JournalException e) // Nobody to ask and nothing to read: both are said.
        {
            return (null, terminal.Fault(ExitCode.NotRunning, $"{answer.Text} {e.Message}"));
        }
    }
}
