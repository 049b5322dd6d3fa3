using Rigshift.Coordinator.Leases;
using Rigshift.Coordinator.RigSessions;
using Rigshift.Coordinator.Store;
using Rigshift.Durable;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Dispatch;

/// <summary>Carries out an assignment: on record first, then to the rig.</summary>
internal sealed partial class Assigner(
    Dispatcher dispatcher, AttemptStore attempts, SessionTable sessions, LeaseTable leases, Incarnation incarnation, JobNews news, ILogger<Assigner> logger)
{
    /// <summary>Returns at once.</summary>
    public void Begin(Assignment assignment) => _ = AssignAsync(assignment);

    private async Task AssignAsync(Assignment assignment)
    {
        if (sessions.Find(assignment.RigId, assignment.Generation) is not { } session)
        {
            // The job was taken off the list for this rig; put it back for another.
            await ReturnAsync(assignment);
            return;
        }

        var attemptId = Guid.NewGuid();
        var fence = incarnation.NextFence();
        try
        {
            if (await attempts.AssignAsync(assignment.JobId, attemptId, assignment.RigId, session.Hostname, fence) is not { } assigned)
            {
                dispatcher.Post(new DispatchInput.Returned(assignment.RigId, assignment.JobId));
                return;
            }

            leases.Assign(attemptId, assignment.JobId, assignment.RigId, fence, assigned.Job.LeaseClass);
            if (!session.TrySend(new CoordinatorMessage { Assign = Message(assignment, attemptId, fence, assigned) }))
            {
                leases.Drop(attemptId);
                if (await attempts.LoseAsync(attemptId, fence, Reason.AcceptTimedOut, held: false, () => leases.Find(attemptId) is not null) is { } job)
                {
                    news.Moved(job);
                }

                return;
            }

            Log.JobAssigned(logger, assignment.JobId, attemptId, assignment.RigId, fence);
            news.Changed(assignment.JobId);
        }
        catch (DurableException e)
        {
            // A full disk must not become a loop of attempts: the job is looked at again after the rig's next offer.
            Log.AssignmentNotRecorded(logger, e, assignment.JobId);
            await ReturnAsync(assignment);
        }
    }

    private async Task ReturnAsync(Assignment assignment)
    {
        await Task.Yield();
        dispatcher.Post(new DispatchInput.Returned(assignment.RigId, assignment.JobId));
        news.Requeue(assignment.JobId, assignment.RigId);
    }

    private static Assign Message(Assignment assignment, Guid attemptId, Fence fence, Assigned assigned) => new()
    {
        OfferId = assignment.OfferId,
        AttemptId = attemptId.ToString("D"),
        JobId = assignment.JobId.ToString("D"),
        Fence = fence.Value,
        AttemptNo = (uint)assigned.AttemptNo,
        Spec = JobSpec.Parser.ParseFrom(assigned.Spec),
    };

    private static partial class Log
    {
        [LoggerMessage(3310, LogLevel.Information, "JobAssigned {JobId} {AttemptId} {RigId} {Fence}")]
        public static partial void JobAssigned(ILogger logger, Guid jobId, Guid attemptId, Guid rigId, Fence fence);

        [LoggerMessage(3311, LogLevel.Error, "AssignmentNotRecorded {JobId}")]
        public static partial void AssignmentNotRecorded(ILogger logger, Exception e, Guid jobId);
    }
}
