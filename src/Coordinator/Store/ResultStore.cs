using Rigshift.Durable;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Store;

/// <summary>Commits results: one transaction, with the fence in the WHERE clause.</summary>
internal sealed class ResultStore(DurableDatabase database, TimeProvider time, int rigFailureLimit)
{
    /// <summary>The artifacts that the result names are here; the caller has checked.</summary>
    public ValueTask<ResultCommit> CommitAsync(Guid rigId, Guid attemptId, Guid jobId, AttemptResult result) =>
        database.WriteAsync(session => CommitIn(session, rigId, attemptId, jobId, result, time.GetUtcNow().ToUnixTimeMilliseconds(), rigFailureLimit));

    /// <summary>Those that a job still waits for: this database does not know them. One read for all.</summary>
    public IReadOnlyList<Remembered> Forgotten(IReadOnlyList<Remembered> results) => results.Count == 0 ? [] : database.Read<IReadOnlyList<Remembered>>(session =>
    [
        .. results.Where(one => JobRows.Find(session, one.JobId) is { HasEnded: false } job && new Fence(one.Result.Fence) >= job.Fence
            && AttemptRows.Find(session, one.AttemptId) is not { ResultDigest: not null }),
    ]);

    /// <summary>Part of a transaction.</summary>
    internal static ResultCommit CommitIn(SqlSession session, Guid rigId, Guid attemptId, Guid jobId, AttemptResult result, long nowMs, int rigFailureLimit)
    {
        var attempt = AttemptRows.Find(session, attemptId);
        var job = JobRows.Find(session, attempt?.JobId ?? jobId);
        if (job is null || (attempt is not null && attempt.RigId != rigId))
        {
            // Not knowing never settles a result: the rig keeps it.
            return new ResultCommit(null, null, false);
        }

        if (attempt is null)
        {
            if (job.HasEnded || new Fence(result.Fence) < job.Fence)
            {
                return new ResultCommit(ResultVerdict.Fenced, null, false);
            }

            if (!Adoption.TryAdopt(session, job, rigId, attemptId, new Fence(result.Fence), AttemptPhase.Stopping))
            {
                return new ResultCommit(null, null, false);
            }

            attempt = AttemptRows.Find(session, attemptId)!; // Adopted just now.
            job = JobRows.Find(session, job.Id)!; // Found above.
        }

        var fence = new Fence(result.Fence);
        if (attempt.ResultDigest is null && fence > attempt.Fence && Adoption.TryAdopt(session, job, rigId, attemptId, fence, AttemptPhase.Stopping))
        {
            attempt = attempt with { Fence = fence };
        }

        if (attempt.ResultDigest is { } known)
        {
            return new ResultCommit(known == result.ResultDigest ? ResultVerdict.Duplicate : ResultVerdict.Fenced, null, false);
        }

        return Settle(session, job, attempt, result, nowMs, rigFailureLimit);
    }

    private static ResultCommit Settle(SqlSession session, JobRow job, AttemptRow attempt, AttemptResult result, long nowMs, int rigFailureLimit)
    {
        // First the attempt's own record: the count of rigs on which the job failed includes this one.
        AttemptRows.Finish(session, result, attempt.Id, attempt.WasLost, nowMs);
        OrderRows.DeleteOfAttempt(session, attempt.Id);
        var failedRigs = AttemptFailures.RigsOf(session, job.Id).Count;
        var fate = JobFates.After(job, result.Outcome, result.Reason, result.Detail, failedRigs);
        var committed = fate.State == JobState.Succeeded ? attempt.Id : (Guid?)null;
        if (!JobRows.Settle(session, job.Id, attempt.Fence, fate, committed, nowMs))
        {
            return new ResultCommit(ResultVerdict.Fenced, null, false);
        }

        var quarantined = AttemptFailures.Count(session, attempt.RigId, job.Id, result, rigFailureLimit);
        return new ResultCommit(ResultVerdict.Committed, JobRows.Find(session, job.Id), quarantined);
    }
}

/// <summary>A result that a rig remembers as acknowledged.</summary>
internal sealed record Remembered(RecentResult Result, Guid AttemptId, Guid JobId);

/// <summary>The answer to a result.</summary>
/// <param name="Verdict">Null: no answer, the rig keeps the result.</param>
/// <param name="Job">The job as it is now, when it has moved.</param>
/// <param name="RigQuarantined">The rig has just failed once too often.</param>
internal sealed record ResultCommit(ResultVerdict? Verdict, JobRow? Job, bool RigQuarantined);
