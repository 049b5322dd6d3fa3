using Rigshift.Coordinator.ArtifactApi;
using Rigshift.Coordinator.Dispatch;
using Rigshift.Coordinator.Leases;
using Rigshift.Coordinator.Serving;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>
/// What a rig says of its attempts. Each method puts its write in the store's queue before it first waits, so that messages
/// are on record in the order in which they came while their commits share fsyncs. No answer leaves before its commit.
/// </summary>
internal sealed partial class AttemptInbox(
    AttemptStore attempts, ResultStore results, JobStore jobs, ArtifactShelf artifacts, LeaseTable leases, MonotonicClock clock, Dispatcher dispatcher, JobNews news,
    DispatchOptions options, ILogger<AttemptInbox> logger)
{
    // A newer offer is on its way; the pause only keeps a rig that never sends one from being asked in a loop.
    private static readonly TimeSpan StaleOfferPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan NoCreditPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestCooldown = TimeSpan.FromHours(1);

    public async Task AcceptAsync(RigSession session, Guid attemptId, Accept accept)
    {
        var received = clock.Now;
        var fence = new Fence(accept.Fence);
        if (leases.Find(attemptId) is { } live)
        {
            // Before the commit: the rig's next offer, which may be right behind, accounts for this place.
            dispatcher.Post(new DispatchInput.Accepted(session.RigId, live.JobId, session.Answers));
        }

        if (await attempts.AcceptAsync(attemptId, session.RigId, fence) is not { } job)
        {
            Log.AcceptRefused(logger, session.RigId, attemptId, fence);
            session.TrySend(new CoordinatorMessage { Order = OrderRows.Cancel(attemptId, fence, Reason.Superseded) });
            return;
        }

        var terms = leases.Grant(attemptId, job.Id, session.RigId, fence, job.LeaseClass, received);
        session.TrySend(new CoordinatorMessage { AcceptConfirmed = new AcceptConfirmed { AttemptId = accept.AttemptId, Fence = accept.Fence, Lease = Wire.Lease(terms) } });
        news.Changed(job.Id);
    }

    public async Task RefuseAsync(RigSession session, Guid attemptId, Refuse refuse)
    {
        if (await attempts.RefuseAsync(attemptId, session.RigId, new Fence(refuse.Fence)) is not { } job)
        {
            return;
        }

        leases.Drop(attemptId);
        Log.AssignmentRefused(logger, session.RigId, attemptId, refuse.Reason, SafeText.ForMessage(refuse.Detail));
        news.Moved(job, session.RigId, Cooldown(refuse));
    }

    public async Task EventAsync(RigSession session, Guid attemptId, AttemptEvent e)
    {
        if (!await attempts.AddEventAsync(attemptId, session.RigId, e))
        {
            Log.EventOfUnknownAttempt(logger, session.RigId, attemptId);
            return;
        }

        session.TrySend(new CoordinatorMessage { EventAck = new EventAck { AttemptId = e.AttemptId, EventNo = e.EventNo } });
        if (leases.Find(attemptId) is { } live)
        {
            news.Changed(live.JobId);
        }
    }

    public async Task ResultAsync(RigSession session, Guid attemptId, AttemptResult result)
    {
        if (!Guid.TryParse(result.JobId, out var jobId))
        {
            return;
        }

        var missing = artifacts.Missing(result.Outputs.Select(output => output.Artifact?.Digest ?? ""));
        if (missing.Count > 0 && IsWanted(attemptId, jobId))
        {
            var request = new ResultAck { AttemptId = result.AttemptId, Fence = result.Fence, Verdict = ResultVerdict.MissingArtifacts };
            request.MissingDigests.AddRange(missing);
            session.TrySend(new CoordinatorMessage { ResultAck = request });
            return;
        }

        var commit = await results.CommitAsync(session.RigId, attemptId, jobId, ResultCheck.Clean(result));
        if (commit.Verdict is not { } verdict)
        {
            Log.ResultOfUnknownAttempt(logger, session.RigId, attemptId);
            return;
        }

        leases.Drop(attemptId);
        Log.ResultSettled(logger, session.RigId, attemptId, verdict, result.Outcome, result.Reason);
        session.TrySend(new CoordinatorMessage { ResultAck = new ResultAck { AttemptId = result.AttemptId, Fence = result.Fence, Verdict = verdict } });
        if (commit.RigQuarantined)
        {
            Log.RigQuarantined(logger, session.RigId);
            session.IsClosed = true;
            dispatcher.Post(new DispatchInput.RigClosed(session.RigId));
        }

        if (commit.Job is { } job)
        {
            news.Moved(job);
        }
    }

    /// <summary>A result that is settled anyhow needs no upload first.</summary>
    private bool IsWanted(Guid attemptId, Guid jobId)
    {
        var attempt = jobs.Attempt(attemptId);
        var job = jobs.Find(attempt?.JobId ?? jobId);
        return attempt?.ResultDigest is null && job is { HasEnded: false } && (attempt is null || attempt.Fence >= job.Fence);
    }

    private TimeSpan Cooldown(Refuse refuse)
    {
        if (refuse.RetryAfterS > 0)
        {
            var asked = TimeSpan.FromSeconds(refuse.RetryAfterS);
            return asked < LongestCooldown ? asked : LongestCooldown;
        }

        return refuse.Reason switch
        {
            Reason.StaleOffer => StaleOfferPause,
            Reason.NoCredit => NoCreditPause,
            _ => TimeSpan.FromSeconds(options.RefusalCooldownSeconds),
        };
    }

    private static partial class Log
    {
        [LoggerMessage(3220, LogLevel.Warning, "AcceptRefused {RigId} {AttemptId} {Fence}")]
        public static partial void AcceptRefused(ILogger logger, Guid rigId, Guid attemptId, Fence fence);

        [LoggerMessage(3221, LogLevel.Information, "AssignmentRefused {RigId} {AttemptId} {Reason} {Detail}")]
        public static partial void AssignmentRefused(ILogger logger, Guid rigId, Guid attemptId, string reason, string detail);

        [LoggerMessage(3222, LogLevel.Warning, "EventOfUnknownAttempt {RigId} {AttemptId}")]
        public static partial void EventOfUnknownAttempt(ILogger logger, Guid rigId, Guid attemptId);

        [LoggerMessage(3223, LogLevel.Warning, "ResultOfUnknownAttempt {RigId} {AttemptId}")]
        public static partial void ResultOfUnknownAttempt(ILogger logger, Guid rigId, Guid attemptId);

        [LoggerMessage(3224, LogLevel.Information, "ResultSettled {RigId} {AttemptId} {Verdict} {Outcome} {Reason}")]
        public static partial void ResultSettled(ILogger logger, Guid rigId, Guid attemptId, ResultVerdict verdict, Outcome outcome, string reason);

        [LoggerMessage(3225, LogLevel.Warning, "RigQuarantined {RigId}")]
        public static partial void RigQuarantined(ILogger logger, Guid rigId);
    }
}
