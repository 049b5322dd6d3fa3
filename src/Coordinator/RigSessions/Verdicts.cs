using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>
/// Decides what becomes of one attempt that a rig says it has. Pure. "Unknown to me" is HOLD: not knowing never means kill.
/// </summary>
internal static class Verdicts
{
    /// <param name="rigId">Who says it.</param>
    /// <param name="known">The attempt as it is on record here.</param>
    /// <param name="job">Its job as it is on record here.</param>
    /// <param name="owner">The attempt that the job's fence names now.</param>
    public static VerdictDecision Decide(ReportedAttempt reported, Guid rigId, AttemptRow? known, JobRow? job, AttemptRow? owner)
    {
        if (job is null || (known is not null && known.RigId != rigId))
        {
            return VerdictDecision.Hold;
        }

        if (known?.ResultDigest is not null)
        {
            return reported.HasFinished ? VerdictDecision.Resend : new(Verdict.Forget, RecordAction.None, known.Reason);
        }

        if (job.HasEnded)
        {
            return Gone(reported, job.State == JobState.Cancelled ? Reason.Cancelled : Reason.Superseded);
        }

        if (reported.Fence > job.Fence)
        {
            return new(reported.HasFinished ? Verdict.Resend : Verdict.Continue, RecordAction.Adopt, "");
        }

        if (known is null)
        {
            // An equal fence without a record can be a refusal that the rig forgot: leave it alone.
            return reported.Fence < job.Fence ? Gone(reported, Reason.Superseded) : VerdictDecision.Hold;
        }

        return known.Fence == job.Fence ? Owned(reported, job) : Replaced(reported, job, owner);
    }

    private static VerdictDecision Owned(ReportedAttempt reported, JobRow job)
    {
        if (reported.HasFinished)
        {
            return new(Verdict.Resend, RecordAction.Hold, ""); // Its result is on the way: nobody else gets the job meanwhile.
        }

        return job.CancelRequested ? new(Verdict.Stop, RecordAction.None, Reason.Cancelled) : new(Verdict.Continue, RecordAction.Hold, "");
    }

    /// <summary>The rig was away too long and the job was given to another. While that one has not started, the first keeps its work.</summary>
    private static VerdictDecision Replaced(ReportedAttempt reported, JobRow job, AttemptRow? owner)
    {
        var replacementIdle = owner is { State: AttemptState.Assigned or AttemptState.Held, Phase: < AttemptPhase.Starting };
        var worthKeeping = reported is { Live: true, Phase: AttemptPhase.Starting or AttemptPhase.Running };
        return replacementIdle && worthKeeping && !job.CancelRequested
            ? new(Verdict.Continue, RecordAction.TakeBack, "")
            : Gone(reported, Reason.Superseded);
    }

    private static VerdictDecision Gone(ReportedAttempt reported, string reason) =>
        reported.HasFinished ? VerdictDecision.Resend : new(Verdict.Stop, RecordAction.None, reason);
}

/// <summary>An attempt as its rig describes it.</summary>
internal sealed record ReportedAttempt(Guid AttemptId, Guid JobId, Fence Fence, AttemptPhase Phase, bool Live)
{
    public bool HasFinished => Phase is AttemptPhase.Finished or AttemptPhase.Acked;
}

/// <summary>The answer for one attempt and what must be on record before it is given.</summary>
internal sealed record VerdictDecision(Verdict Verdict, RecordAction Action, string Reason)
{
    public static VerdictDecision Hold { get; } = new(Verdict.Hold, RecordAction.None, "");

    /// <summary>The result settles it: as committed, duplicate or fenced.</summary>
    public static VerdictDecision Resend { get; } = new(Verdict.Resend, RecordAction.None, "");
}

/// <summary>What a verdict changes on record.</summary>
internal enum RecordAction
{
    None = 0,

    /// <summary>The rig has the attempt: it is no longer only assigned, or no longer lost.</summary>
    Hold = 1,

    /// <summary>This database is older than the attempt: take it on record.</summary>
    Adopt = 2,

    /// <summary>Revoke the replacement and give the job back under a new fence.</summary>
    TakeBack = 3,
}
