using Rigshift.Coordinator.Dispatch;
using Rigshift.Coordinator.Leases;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>Commits again what a rig remembers as acknowledged and this database does not know: it was restored from a backup.</summary>
internal sealed partial class RecentResults(Incarnation incarnation, ResultStore results, LeaseTable leases, JobNews news, ILogger<RecentResults> logger)
{
    public async Task RestoreAsync(Guid rigId, Hello hello)
    {
        if (hello.IncarnationSeen == incarnation.Value)
        {
            return; // It has been here since this start: what it remembered was taken then, and what was acknowledged since is on record.
        }

        var named = hello.RecentlyAcked.Take(ProtocolLimits.MaxRecentlyAcked).Select(Parse).OfType<Remembered>().ToList();
        foreach (var (one, attemptId, jobId) in results.Forgotten(named))
        {
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

    private static Remembered? Parse(RecentResult one) =>
        Guid.TryParse(one.AttemptId, out var attemptId) && Guid.TryParse(one.JobId, out var jobId) ? new Remembered(one, attemptId, jobId) : null;

    private static partial class Log
    {
        [LoggerMessage(3210, LogLevel.Warning, "ResultRestored {RigId} {JobId} {AttemptId}")]
        public static partial void ResultRestored(ILogger logger, Guid rigId, Guid jobId, Guid attemptId);
    }
}
