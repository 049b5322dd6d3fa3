using Rigshift.Coordinator.Dispatch;
using Rigshift.Coordinator.RigSessions;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.JobApi;

/// <summary>A job as its owner sees it: what is on record, how far it is, and why it waits.</summary>
internal sealed class JobView(JobStore jobs, ProgressBoard progress, Dispatcher dispatcher)
{
    public Job Show(JobRow row)
    {
        var job = new Job
        {
            JobId = row.Id.ToString("D"),
            Spec = jobs.Spec(row.Id),
            State = row.State,
            Reason = row.Reason,
            Detail = row.Detail,
            CreatedUnixMs = row.CreatedMs,
            EndedUnixMs = row.EndedMs,
            CancelRequested = row.CancelRequested && !row.HasEnded,
        };
        job.Attempts.AddRange(jobs.Attempts(row.Id).Select(Show));
        if (row.CommittedAttempt is { } committed && jobs.Result(committed) is { } result)
        {
            job.Outputs.AddRange(result.Outputs);
        }

        if (row.State == JobState.Pending && row.Reason.Length == 0)
        {
            (job.Reason, job.Detail) = WhyWaiting(row.Id);
        }

        return job;
    }

    private Attempt Show(AttemptRow row)
    {
        var attempt = new Attempt
        {
            AttemptId = row.Id.ToString("D"),
            RigId = row.RigId.ToString("D"),
            RigName = row.RigName,
            AttemptNo = (uint)row.AttemptNo,
            Phase = row.Phase,
            Outcome = row.Outcome,
            Reason = row.Reason,
            Detail = row.Detail,
            StartedUnixMs = row.StartedMs,
            EndedUnixMs = row.EndedMs,
            Lost = row.WasLost,
        };
        if (progress.Find(row.Id) is { } made)
        {
            attempt.ProgressDone = made.Done;
            attempt.ProgressTotal = made.Total;
            attempt.ProgressUnit = made.Unit;
        }

        if (row.ResultDigest is not null && jobs.Result(row.Id) is { } result)
        {
            attempt.Usage = result.Usage;
            if (result.HasExitCode)
            {
                attempt.ExitCode = result.ExitCode;
            }
        }

        return attempt;
    }

    private (string Reason, string Detail) WhyWaiting(Guid jobId)
    {
        var state = dispatcher.State;
        if (state.Rigs.IsEmpty)
        {
            return (Reason.NoRig, ReasonAdvice.For(Reason.NoRig));
        }

        if (state.Find(jobId) is not { } waiting)
        {
            return ("", "");
        }

        if (dispatcher.IsHeld(waiting.Job))
        {
            return ("", "It is older than the coordinator's last start: it waits for rigs that may have had it already.");
        }

        return !state.Rigs.Values.Any(rig => DispatchMatch.CouldFit(rig, waiting.Job)) ? (Reason.NoRigFits, Shortfall.OfAll(waiting.Job, state.Rigs.Values))
            : Shortfall.OfFree(waiting.Job, state.Rigs.Values) is { } taken ? (Reason.NoCredit, taken)
            : ("", "");
    }
}
