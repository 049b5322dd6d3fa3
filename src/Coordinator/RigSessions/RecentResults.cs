using Rigshift.Coordinator.Dispatch;
using Rigshift.Coordinator.Leases;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>Commits again what a rig remembers as acknowledged and this database does not know: it was restored from a backup.</summary>
internal sealed partial class RecentResults(JobStore jobs, ResultStore results, LeaseTable leases, JobNews news, ILogger<RecentResults> logger)
{
    public async Task RestoreAsync(Guid rigId, IEnumerable<RecentResult> recent)
    {
        foreach (var one in recent.Take(ProtocolLimits.MaxRecentlyAcked))
        {
            if (!Guid.TryParse(one.AttemptId, out var attemptId) || !Guid.TryParse(one.JobId, out var jobId) || !IsForgotten(attemptId, jobId, new Fence(one.Fence)))
            {
                continue;
            }

            var result = new AttemptResult
            {
                AttemptId = one.AttemptId,
                JobId = one.JobId,
                Fence = one.Fence,
                Outcome = one.Outcome,
                ResultDigest = one.ResultDigest,
                Detail = "Taken from the rig's record after this coordinator was restored from a backup; the list of outputs was lost with it.",
            };
            var commit = await results.CommitAsync(rigId, attemptId, jobId, result);
            leases.Drop(attemptId);
            if (commit.Job is { } job)
            {
                Log.ResultRestored(logger, rigId, jobId, attemptId);
                news.Moved(job);
            }
        }
    }

    private bool IsForgotten(Guid attemptId, Guid jobId, Fence fence) =>
        jobs.Find(jobId) is { HasEnded: false } job && fence >= job.Fence && jobs.Attempt(attemptId) is not { ResultDigest: not null };

    private static partial class Log
    {
        [LoggerMessage(3210, LogLevel.Warning, "ResultRestored {RigId} {JobId} {AttemptId}")]
        public static partial void ResultRestored(ILogger logger, Guid rigId, Guid jobId, Guid attemptId);
    }
}
