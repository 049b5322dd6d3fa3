using Rigshift.Agent.Hosting;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;
using Rigshift.Rules;

namespace Rigshift.Agent.Commands;

/// <summary>Prints what a job printed on this rig: output to the output, errors to the error stream, with marks where bytes were dropped.</summary>
internal static class AttemptLog
{
    private const int MinPrefix = 4;
    private static readonly TimeSpan FollowPause = TimeSpan.FromMilliseconds(300);

    public static async Task<int> PrintAsync(AgentPaths paths, string prefix, bool follow, Terminal terminal, CancellationToken cancellation)
    {
        if (prefix.Length < MinPrefix)
        {
            return terminal.Fault(ExitCode.Usage, $"'{SafeText.ForMessage(prefix)}' is too short: give at least {MinPrefix} characters of the id that 'rigshift jobs' shows.");
        }

        var state = StateDirectory.At(paths.StateDir);
        IReadOnlyList<AttemptRecord> attempts;
        try
        {
            attempts = JournalPeek.Attempts(state);
        }
        catch (JournalException e) // What the technician will meet: no permission, or a damaged disk.
        {
            return terminal.Fault(ExitCode.Failed, e.Message);
        }

        var matches = attempts.Where(a => Starts(a.Id.ToString(), prefix) || Starts(a.JobId.ToString(), prefix)).ToList();
        if (matches.Count == 0)
        {
            return terminal.Fault(ExitCode.Failed, $"No attempt on this rig begins with '{SafeText.ForMessage(prefix)}'. See: rigshift jobs");
        }

        if (matches.Select(a => a.JobId).Distinct().Skip(1).Any())
        {
            return terminal.Fault(ExitCode.Usage, $"'{SafeText.ForMessage(prefix)}' fits more than one job: give more of its id. See: rigshift jobs");
        }

        // A job that was tried here more than once: the last try.
        var chosen = matches.MaxBy(a => a.CreatedUnixMs)!; // Not empty.
        await PrintAsync(state, chosen.Id, follow, terminal, cancellation);
        return ExitCode.Ok;
    }

    private static bool Starts(string id, string prefix) => id.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);

    private static async Task PrintAsync(StateDirectory state, AttemptId id, bool follow, Terminal terminal, CancellationToken cancellation)
    {
        var log = state.AttemptPaths(id);
        var output = new LogPrinter(log.Stdout, terminal.Output);
        var error = new LogPrinter(log.Stderr, terminal.Error);
        output.PrintNew();
        error.PrintNew();
        while (follow && !Ended(state, id))
        {
            await Task.Delay(FollowPause, TimeProvider.System, cancellation);
            output.PrintNew();
            error.PrintNew();
        }

        output.End();
        error.End();
    }

    // Finished or acked: nothing is added any more. The journal is small; a look at it costs less than the pause.
    private static bool Ended(StateDirectory state, AttemptId id) =>
        JournalPeek.Attempts(state).FirstOrDefault(a => a.Id == id) is null or { State: AttemptState.Finished or AttemptState.Acked };
}
