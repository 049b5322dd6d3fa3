using Rigshift.Coordinator.Dispatch;
using Rigshift.Coordinator.RigSessions;
using Rigshift.Coordinator.Serving;
using Rigshift.Coordinator.Store;
using Rigshift.Durable;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Leases;

/// <summary>Sends the jobs of expired leases back to wait, and ends sessions whose certificate has ended.</summary>
internal sealed partial class LeaseSweep(
    LeaseTable leases, AttemptStore attempts, SessionTable sessions, JobNews news, CoordinatorOptions options, TimeProvider time, ILogger<LeaseSweep> logger)
{
    // Leases are seconds to minutes: a quarter of a second late is on the safe side and costs nothing.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>A rig that does not answer assignments is left alone by this job for a while.</summary>
    private static readonly TimeSpan UnansweredCooldown = TimeSpan.FromSeconds(60);

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                await SweepAsync();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Log.SweepStopped(logger); // The coordinator stops.
        }
    }

    private async Task SweepAsync()
    {
        foreach (var expired in leases.TakeExpired())
        {
            await LoseAsync(expired);
        }

        var now = time.GetUtcNow();
        foreach (var session in sessions.All().Where(session => session.CertificateEnds <= now))
        {
            session.Finish(new CoordinatorMessage { Reconnect = new Reconnect { RetryAfterS = (uint)options.Sessions.ReconnectSeconds } });
        }
    }

    internal async Task LoseAsync(LiveAttempt expired)
    {
        try
        {
            var reason = expired.Accepted ? Reason.RigLost : Reason.AcceptTimedOut;
            var job = await attempts.LoseAsync(expired.AttemptId, expired.Fence, reason, held: expired.Accepted, () => leases.Find(expired.AttemptId) is not null);
            if (job is not null)
            {
                Log.AttemptLost(logger, expired.JobId, expired.AttemptId, expired.RigId, reason);
                news.Moved(job, expired.RigId, expired.Accepted ? TimeSpan.Zero : UnansweredCooldown);
            }
        }
        catch (DurableException e) // Nothing has changed: the next sweep tries again.
        {
            leases.PutBack(expired);
            Log.SweepFailed(logger, e, expired.AttemptId);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3400, LogLevel.Warning, "AttemptLost {JobId} {AttemptId} {RigId} {Reason}")]
        public static partial void AttemptLost(ILogger logger, Guid jobId, Guid attemptId, Guid rigId, string reason);

        [LoggerMessage(3401, LogLevel.Error, "SweepFailed {AttemptId}")]
        public static partial void SweepFailed(ILogger logger, Exception e, Guid attemptId);

        [LoggerMessage(3402, LogLevel.Debug, "SweepStopped")]
        public static partial void SweepStopped(ILogger logger);
    }
}
