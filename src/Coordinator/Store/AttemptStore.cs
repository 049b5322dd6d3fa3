using Rigshift.Durable;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Store;

/// <summary>Moves attempts between a job and a rig; each move is one transaction that checks the fence.</summary>
internal sealed class AttemptStore(DurableDatabase database, TimeProvider time)
{
    /// <summary>Null: the job no longer waits.</summary>
    public ValueTask<Assigned?> AssignAsync(Guid jobId, Guid attemptId, Guid rigId, string rigName, Fence fence) => database.WriteAsync(session =>
    {
        var number = JobRows.Assign(session, jobId, attemptId, fence);
        if (number == 0)
        {
            return null;
        }

        // Whatever was lost before is out of the race from here on.
        AttemptRows.EndOthers(session, jobId, attemptId, Reason.Superseded, NowMs());
        AttemptRows.Insert(session, attemptId, jobId, rigId, rigName, number, fence, AttemptState.Assigned, AttemptPhase.Unspecified);
        return new Assigned(number, JobRows.Find(session, jobId)!, JobRows.Spec(session, jobId)!); // Both exist: the row was updated above.
    });

    /// <summary>Null: the attempt no longer owns its job, and the rig must not launch it.</summary>
    public ValueTask<JobRow?> AcceptAsync(Guid attemptId, Guid rigId, Fence fence) => database.WriteAsync(session =>
    {
        var attempt = AttemptRows.Find(session, attemptId);
        if (attempt is null || attempt.RigId != rigId || attempt.State == AttemptState.Ended || attempt.Fence != fence
            || !JobRows.Move(session, attempt.JobId, fence, JobState.Running))
        {
            return null;
        }

        AttemptRows.Hold(session, attemptId, fence, AttemptPhase.Accepted);
        return JobRows.Find(session, attempt.JobId);
    });

    /// <summary>The rig will not run it. Null: there was nothing to take back.</summary>
    public ValueTask<JobRow?> RefuseAsync(Guid attemptId, Guid rigId, Fence fence) => database.WriteAsync(session =>
    {
        var attempt = AttemptRows.Find(session, attemptId);
        var job = attempt is null ? null : JobRows.Find(session, attempt.JobId);
        if (attempt is null || job is null || attempt.RigId != rigId || attempt.Fence != fence || attempt.State is not (AttemptState.Assigned or AttemptState.Lost))
        {
            return null;
        }

        var fate = new JobFate(job.CancelRequested ? JobState.Cancelled : JobState.Pending, job.Failures, job.Losses, job.CancelRequested ? Reason.Cancelled : "", "");
        if (!JobRows.Settle(session, job.Id, fence, fate, null, NowMs()))
        {
            return null;
        }

        // A refused assignment never was an attempt: the rig has only a tombstone of it.
        AttemptRows.Delete(session, attemptId);
        OrderRows.DeleteOfAttempt(session, attemptId);
        return JobRows.Find(session, job.Id);
    });

    /// <summary>Keeps an event; false: the attempt is unknown here or another rig's, and the rig keeps the event.</summary>
    public ValueTask<bool> AddEventAsync(Guid attemptId, Guid rigId, AttemptEvent e) => database.WriteAsync(session =>
    {
        var attempt = AttemptRows.Find(session, attemptId);
        if (attempt is null || attempt.RigId != rigId)
        {
            return false;
        }

        if (e.EventNo > attempt.LastEvent)
        {
            AttemptRows.AddEvent(session, attemptId, e, NowMs());
        }

        return true;
    });

    /// <summary>The lease is over. Null: the attempt is no longer where the caller saw it.</summary>
    /// <param name="held">The rig had it, so the loss counts; false: the rig never answered.</param>
    /// <param name="isLive">Asked in the transaction: the rig's word that came in first has given the attempt a new lease.</param>
    public ValueTask<JobRow?> LoseAsync(Guid attemptId, Fence fence, string reason, bool held, Func<bool> isLive) => database.WriteAsync(session =>
    {
        var attempt = AttemptRows.Find(session, attemptId);
        if (isLive() || attempt is null || attempt.Fence != fence || attempt.State != (held ? AttemptState.Held : AttemptState.Assigned))
        {
            return null;
        }

        return LoseIn(session, attempt, reason, held, NowMs());
    });

    /// <summary>Part of a transaction: marks an attempt lost and sends its job back to wait, or ends it.</summary>
    internal static JobRow? LoseIn(SqlSession session, AttemptRow attempt, string reason, bool counts, long nowMs)
    {
        AttemptRows.Lose(session, attempt.Id, reason, nowMs);
        var job = JobRows.Find(session, attempt.JobId);
        if (job is null || job.Fence != attempt.Fence || job.HasEnded)
        {
            return null;
        }

        var fate = counts || job.CancelRequested
            ? JobFates.After(job, Outcome.LeaseLost, reason, "", 0)
            : new JobFate(JobState.Pending, job.Failures, job.Losses, "", "");
        JobRows.Settle(session, job.Id, attempt.Fence, fate, null, nowMs);
        if (fate.State != JobState.Pending)
        {
            AttemptRows.End(session, attempt.Id, reason, nowMs);
        }

        return JobRows.Find(session, job.Id);
    }

    private long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>An assignment that is on disk and can be sent.</summary>
internal sealed record Assigned(int AttemptNo, JobRow Job, byte[] Spec);
