using Rigshift.Coordinator.Leases;
using Rigshift.Coordinator.Store;
using Rigshift.Durable;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>Carries out verdicts: decision and record in one transaction.</summary>
internal sealed class ReconcileStore(DurableDatabase database, TimeProvider time, Incarnation incarnation, LeaseTable leases)
{
    /// <summary>Answers for attempts that a rig listed. Nothing that it did not list is touched.</summary>
    /// <param name="received">When the rig's word came: leases run from then.</param>
    public ValueTask<IReadOnlyList<Reconciled>> JudgeAsync(Guid rigId, IReadOnlyList<ReportedAttempt> reported, TimeSpan received) =>
        database.WriteAsync<IReadOnlyList<Reconciled>>(session => [.. reported.Select(attempt => WithLease(rigId, JudgeIn(session, rigId, attempt), received))]);

    /// <summary>
    /// A rig whose journal is sound does not know these attempts: they are lost now, without waiting for the lease. Those
    /// with side effects wait all the same.
    /// </summary>
    public ValueTask<IReadOnlyList<Forgotten>> LoseUnlistedAsync(Guid rigId, IReadOnlySet<Guid> listed) =>
        database.WriteAsync<IReadOnlyList<Forgotten>>(session =>
        {
            var lost = new List<Forgotten>();
            foreach (var attempt in AttemptRows.LiveOnRig(session, rigId))
            {
                if (listed.Contains(attempt.Id) || attempt.State == AttemptState.Lost
                    || (attempt.State == AttemptState.Held && JobRows.Find(session, attempt.JobId)?.LeaseClass == LeaseClass.Exclusive))
                {
                    continue;
                }

                var neverArrived = attempt.State == AttemptState.Assigned;
                lost.Add(new Forgotten(attempt, AttemptStore.LoseIn(session, attempt, neverArrived ? Reason.AcceptTimedOut : Reason.RigLost, !neverArrived, NowMs())));
            }

            return lost;
        });

    /// <summary>
    /// In the transaction, not after it: a sweep that has taken the ended lease out and now waits for its own transaction must
    /// find the new one. Should this one fail, the lease ends by itself.
    /// </summary>
    private Reconciled WithLease(Guid rigId, Reconciled judged, TimeSpan received) => judged is { KeepsJob: true, Job: { } job }
        ? judged with { Lease = leases.Grant(judged.Reported.AttemptId, job.Id, rigId, judged.Fence, job.LeaseClass, received) }
        : judged;

    private Reconciled JudgeIn(SqlSession session, Guid rigId, ReportedAttempt reported)
    {
        var known = AttemptRows.Find(session, reported.AttemptId);
        var job = JobRows.Find(session, known?.JobId ?? reported.JobId);
        var owner = job?.AttemptId is { } id ? AttemptRows.Find(session, id) : null;
        var decision = Verdicts.Decide(reported, rigId, known, job, owner);
        if (job is null || decision.Action == RecordAction.None)
        {
            return new Reconciled(reported, decision, known?.Fence ?? reported.Fence, job, null);
        }

        return decision.Action switch
        {
            RecordAction.Adopt => Adopt(session, rigId, reported, decision, job),
            RecordAction.TakeBack => TakeBack(session, reported, decision, job, owner!), // Decide takes back only from an owner.
            _ => Hold(session, reported, decision, job, known!), // Decide holds only what is on record.
        };
    }

    private static Reconciled Adopt(SqlSession session, Guid rigId, ReportedAttempt reported, VerdictDecision decision, JobRow job) =>
        Adoption.TryAdopt(session, job, rigId, reported.AttemptId, reported.Fence, reported.Phase)
            ? new Reconciled(reported, decision, reported.Fence, JobRows.Find(session, job.Id), null)
            : new Reconciled(reported, VerdictDecision.Hold, reported.Fence, null, null);

    private static Reconciled Hold(SqlSession session, ReportedAttempt reported, VerdictDecision decision, JobRow job, AttemptRow known)
    {
        JobRows.Move(session, job.Id, known.Fence, JobState.Running);
        AttemptRows.Hold(session, known.Id, known.Fence, reported.Phase);
        return new Reconciled(reported, decision, known.Fence, JobRows.Find(session, job.Id), null);
    }

    private Reconciled TakeBack(SqlSession session, ReportedAttempt reported, VerdictDecision decision, JobRow job, AttemptRow owner)
    {
        var fence = incarnation.NextFence();
        JobRows.Refence(session, job.Id, job.Fence, fence, reported.AttemptId, JobState.Running);
        AttemptRows.Hold(session, reported.AttemptId, fence, reported.Phase);
        AttemptRows.End(session, owner.Id, Reason.Superseded, NowMs());
        OrderRows.Insert(session, owner.RigId, OrderRows.Cancel(owner.Id, owner.Fence, Reason.Superseded));
        return new Reconciled(reported, decision, fence, JobRows.Find(session, job.Id), owner);
    }

    private long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>A verdict that is on record.</summary>
/// <param name="Fence">The attempt's fence from now on.</param>
/// <param name="Revoked">The replacement that lost the job again.</param>
internal sealed record Reconciled(ReportedAttempt Reported, VerdictDecision Decision, Fence Fence, JobRow? Job, AttemptRow? Revoked)
{
    /// <summary>It has its job, also while it is being stopped or its result is on its way: somebody has to watch over it.</summary>
    public bool KeepsJob => Job is { HasEnded: false } job && job.Fence == Fence && (Decision.Action != RecordAction.None || Decision.Verdict == Verdict.Stop);

    /// <summary>The lease that began with the rig's word; null: it has none.</summary>
    public LeaseTerms? Lease { get; init; }
}

/// <summary>An attempt that its rig does not know.</summary>
/// <param name="Job">The job as it is now, when this attempt owned it.</param>
internal sealed record Forgotten(AttemptRow Attempt, JobRow? Job);
