using Rigshift.Coordinator.RigSessions;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;
using Rigshift.Rules;
using Outcome = Rigshift.Protocol.V1.Outcome;

namespace Rigshift.Coordinator.Tests.RigSessions;

/// <summary>Every answer to "I have this attempt". F is the job's fence, from 10; the rig is R unless said.</summary>
internal sealed class VerdictTests
{
    private static readonly Guid R = new(1, 0, 0, new byte[8]);
    private static readonly Guid AttemptId = new(2, 0, 0, new byte[8]);
    private static readonly Guid JobId = new(3, 0, 0, new byte[8]);

    private static IEnumerable<TestCaseData> Cases()
    {
        yield return Case("job unknown", Running(10), null, null, Verdict.Hold, RecordAction.None);
        yield return Case("another rig's", Running(10), Known(10) with { RigId = Guid.Empty }, Job(10), Verdict.Hold, RecordAction.None);
        yield return Case("running, held", Running(10), Known(10), Job(10), Verdict.Continue, RecordAction.Hold);
        yield return Case("running, only assigned", Running(10), Known(10) with { State = AttemptState.Assigned }, Job(10), Verdict.Continue, RecordAction.Hold);
        yield return Case("running, lost, not replaced", Running(10), Known(10) with { State = AttemptState.Lost }, Job(10, JobState.Pending), Verdict.Continue, RecordAction.Hold);
        yield return Case("finished, no result here", Finished(10), Known(10), Job(10), Verdict.Resend, RecordAction.Hold);
        yield return Case("finished, result here", Finished(10), Known(10) with { ResultDigest = "d" }, Job(10, JobState.Succeeded), Verdict.Resend, RecordAction.None);
        yield return Case("running, result here: the rig's disk is old", Running(10), Known(10) with { ResultDigest = "d" }, Job(10, JobState.Succeeded), Verdict.Forget, RecordAction.None);
        yield return Case("running, cancel asked", Running(10), Known(10), Job(10) with { CancelRequested = true }, Verdict.Stop, RecordAction.None);
        yield return Case("running, job ended", Running(10), Known(10), Job(11, JobState.Cancelled), Verdict.Stop, RecordAction.None);
        yield return Case("finished, job ended", Finished(10), Known(10), Job(11, JobState.Succeeded), Verdict.Resend, RecordAction.None);
        yield return Case("newer than this database", Running(12), null, Job(10), Verdict.Continue, RecordAction.Adopt);
        yield return Case("finished, newer than this database", Finished(12), null, Job(10), Verdict.Resend, RecordAction.Adopt);
        yield return Case("older than the job, no record", Running(9), null, Job(10), Verdict.Stop, RecordAction.None);
        yield return Case("as new as the job, no record", Running(10), null, Job(10), Verdict.Hold, RecordAction.None);
    }

    [TestCaseSource(nameof(Cases))]
    public void Decide_Case_GivesTheVerdict(object reported, object? known, object? job, Verdict verdict, object action)
    {
        var decision = Verdicts.Decide((ReportedAttempt)reported, R, (AttemptRow?)known, (JobRow?)job, null);
        Assert.That((decision.Verdict, decision.Action), Is.EqualTo((verdict, (RecordAction)action)));
    }

    [TestCase(AttemptPhase.Accepted, true, Verdict.Continue)]
    [TestCase(AttemptPhase.Preparing, true, Verdict.Continue)]
    [TestCase(AttemptPhase.Starting, true, Verdict.Stop)]
    [TestCase(AttemptPhase.Running, true, Verdict.Stop)]
    [TestCase(AttemptPhase.Preparing, false, Verdict.Stop)]
    public void Decide_Replaced_KeepsTheFirstOnlyWhileItRunsAndTheOtherHasNotStarted(AttemptPhase replacement, bool live, Verdict expected)
    {
        var owner = Known(11) with { Id = Guid.Empty, Phase = replacement };
        var decision = Verdicts.Decide(Running(10) with { Live = live }, R, Known(10) with { State = AttemptState.Ended }, Job(11), owner);
        Assert.That(decision.Verdict, Is.EqualTo(expected));
    }

    private static TestCaseData Case(string name, ReportedAttempt reported, AttemptRow? known, JobRow? job, Verdict verdict, RecordAction action) =>
        new TestCaseData(reported, known, job, verdict, action).SetArgDisplayNames(name);

    private static ReportedAttempt Running(ulong fence) => new(AttemptId, JobId, new Fence(fence), AttemptPhase.Running, true);

    private static ReportedAttempt Finished(ulong fence) => new(AttemptId, JobId, new Fence(fence), AttemptPhase.Finished, false);

    private static AttemptRow Known(ulong fence) => new()
    {
        Id = AttemptId,
        JobId = JobId,
        RigId = R,
        RigName = "r",
        AttemptNo = 1,
        Fence = new Fence(fence),
        State = AttemptState.Held,
        Phase = AttemptPhase.Running,
        LastEvent = 0,
        Outcome = Outcome.Unspecified,
        Reason = "",
        Detail = "",
        WasLost = false,
        ResultDigest = null,
        StartedMs = 0,
        EndedMs = 0,
    };

    private static JobRow Job(ulong fence, JobState state = JobState.Running) => new()
    {
        Sequence = 1,
        Id = JobId,
        Priority = 0,
        MaxAttempts = 3,
        LeaseClass = LeaseClass.Batch,
        State = state,
        Fence = new Fence(fence),
        AttemptId = AttemptId,
        Attempts = 1,
        Failures = 0,
        Losses = 0,
        CancelRequested = false,
        CommittedAttempt = null,
        Reason = "",
        Detail = "",
        CreatedMs = 0,
        EndedMs = 0,
    };
}
