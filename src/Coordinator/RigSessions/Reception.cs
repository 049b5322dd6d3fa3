using Rigshift.Coordinator.Authority;
using Rigshift.Coordinator.Dispatch;
using Rigshift.Coordinator.Leases;
using Rigshift.Coordinator.Serving;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>Answers Hello: who may have a session, what becomes of each attempt, and what this coordinator had forgotten.</summary>
internal sealed partial class Reception(
    Incarnation incarnation, GreetingStore greetings, ReconcileStore reconcile, RecentResults recent, SessionTable sessions, LeaseTable leases, MonotonicClock clock,
    ReturnWatch returns, JobNews news, CoordinatorOptions options, TimeProvider time, ILogger<Reception> logger)
{
    private const uint RetryAfterS = 30;

    public async Task<Welcome> WelcomeAsync(RigCaller caller, Hello hello)
    {
        var received = clock.Now;
        if (Refuse(hello) is { } refused)
        {
            return Refused(caller, refused);
        }

        if (sessions.Find(caller.RigId) is { } live && live.AgentEpoch > hello.AgentEpoch)
        {
            // An older process, or a copy of an older disk: the newest epoch keeps the rig.
            Log.OlderEpochRefused(logger, caller.RigId, hello.AgentEpoch, live.AgentEpoch);
            return new Welcome(null, new CoordinatorMessage { Superseded = new Superseded { ByAgentEpoch = live.AgentEpoch } });
        }

        var generation = incarnation.NextGeneration();
        var offered = incarnation.NextGeneration();
        var greeted = await greetings.GreetAsync(caller, hello, offered, sessions.Find(caller.RigId));
        if (greeted.Refusal is { } reason)
        {
            return Refused(caller, reason);
        }

        NoticeRollback(caller, hello);
        await recent.RestoreAsync(caller.RigId, hello);
        var verdicts = await JudgeAsync(caller, hello, received);
        returns.Returned(caller.RigId);
        var ack = new HelloAck
        {
            SessionGen = generation,
            Incarnation = incarnation.Value,
            ClusterId = incarnation.ClusterId.ToString("D"),
            ServerTimeUnixMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
            NewStateGen = offered,
            Version = ProtocolLimits.Version,
            Terms = new SessionTerms
            {
                HeartbeatIntervalS = (uint)options.Sessions.HeartbeatSeconds,
                HeartbeatTimeoutS = (uint)options.Sessions.HeartbeatTimeoutSeconds,
                LogBytesPerS = (uint)options.Sessions.LogBytesPerSecond,
            },
        };
        ack.Verdicts.AddRange(verdicts);
        Log.RigGreeted(logger, caller.RigId, SafeText.ForMessage(hello.Host?.Hostname), generation, hello.Attempts.Count);
#pragma warning disable CA2000 // The caller of Welcome disposes the session.
        var session = new RigSession(caller.RigId, generation, hello, offered, caller.Certificate.NotAfter, options.Sessions, time) { IsClosed = greeted.IsClosed };
#pragma warning restore CA2000
        return new Welcome(session, new CoordinatorMessage { HelloAck = ack });
    }

    private string? Refuse(Hello hello)
    {
        if (hello.MinVersion > ProtocolLimits.Version || hello.MaxVersion < 1)
        {
            return Reason.VersionUnsupported;
        }

        return hello.ClusterId.Length > 0 && hello.ClusterId != incarnation.ClusterId.ToString("D") ? Reason.ClusterMismatch : null;
    }

    private Welcome Refused(RigCaller caller, string reason)
    {
        Log.HelloRefused(logger, caller.RigId, reason);
        return new Welcome(null, new CoordinatorMessage
        {
            HelloRefused = new HelloRefused { Reason = reason, Detail = ReasonAdvice.For(reason), RetryAfterS = RetryAfterS },
        });
    }

    /// <summary>A rig has seen a later run than this database knows of: it was restored from a backup, and the rigs know more than it does.</summary>
    private void NoticeRollback(RigCaller caller, Hello hello)
    {
        var seen = hello.Attempts.Select(attempt => attempt.Fence).Append(hello.StateGen).Max(number => new Fence(number).Incarnation);
        seen = Math.Max(seen, hello.IncarnationSeen);
        // Who has seen this run was noticed when it came back to it first.
        if (hello.IncarnationSeen == incarnation.Value || seen == incarnation.Value || seen <= incarnation.Previous)
        {
            return;
        }

        var grace = leases.LongestLease() + TimeSpan.FromSeconds(options.Leases.RollbackGraceSeconds);
        leases.HoldAll(grace);
        returns.RolledBack(grace);
        Log.RollbackNoticed(logger, caller.RigId, seen, incarnation.Previous);
    }

    private async Task<List<AttemptVerdict>> JudgeAsync(RigCaller caller, Hello hello, TimeSpan received)
    {
        var reported = hello.Attempts.Select(Reported).OfType<ReportedAttempt>().ToList();
        var verdicts = new List<AttemptVerdict>(reported.Count);
        foreach (var judged in await reconcile.JudgeAsync(caller.RigId, reported, received))
        {
            verdicts.Add(Apply(caller, judged));
        }

        if (!hello.Recovering)
        {
            await LoseUnlistedAsync(caller, reported);
        }

        return verdicts;
    }

    private AttemptVerdict Apply(RigCaller caller, Reconciled judged)
    {
        var (reported, decision) = (judged.Reported, judged.Decision);
        var verdict = new AttemptVerdict
        {
            AttemptId = reported.AttemptId.ToString("D"),
            Fence = reported.Fence.Value,
            Verdict = decision.Verdict,
            Reason = decision.Reason,
        };
        Log.VerdictGiven(logger, caller.RigId, reported.AttemptId, reported.Phase, decision.Verdict, decision.Reason);
        if (judged.Revoked is { } revoked)
        {
            leases.Drop(revoked.Id);
            sessions.Find(revoked.RigId)?.TrySend(new CoordinatorMessage { Order = OrderRows.Cancel(revoked.Id, revoked.Fence, Reason.Superseded) });
        }

        if (judged.Job is not { } job)
        {
            return verdict;
        }

        if (judged.Lease is { } terms)
        {
            verdict.Lease = Wire.Lease(terms);
        }

        if (decision.Verdict == Verdict.Continue)
        {
            verdict.NewFence = judged.Fence == reported.Fence ? 0 : judged.Fence.Value;
        }

        if (decision.Action != RecordAction.None)
        {
            news.Moved(job);
        }

        return verdict;
    }

    private async Task LoseUnlistedAsync(RigCaller caller, List<ReportedAttempt> reported)
    {
        foreach (var forgotten in await reconcile.LoseUnlistedAsync(caller.RigId, reported.Select(attempt => attempt.AttemptId).ToHashSet()))
        {
            leases.Drop(forgotten.Attempt.Id);
            Log.AttemptForgottenByRig(logger, caller.RigId, forgotten.Attempt.Id, forgotten.Attempt.State);
            if (forgotten.Job is { } job)
            {
                news.Moved(job);
            }
        }
    }

    private static ReportedAttempt? Reported(AttemptReport report) =>
        Guid.TryParse(report.AttemptId, out var attempt) && Guid.TryParse(report.JobId, out var job)
            ? new ReportedAttempt(attempt, job, new Fence(report.Fence), report.Phase, report.Live)
            : null;

    private static partial class Log
    {
        [LoggerMessage(3200, LogLevel.Information, "RigGreeted {RigId} {Hostname} {SessionGen} {Attempts}")]
        public static partial void RigGreeted(ILogger logger, Guid rigId, string hostname, ulong sessionGen, int attempts);

        [LoggerMessage(3201, LogLevel.Warning, "HelloRefused {RigId} {Reason}")]
        public static partial void HelloRefused(ILogger logger, Guid rigId, string reason);

        [LoggerMessage(3202, LogLevel.Warning, "OlderEpochRefused {RigId} {Epoch} {LiveEpoch}")]
        public static partial void OlderEpochRefused(ILogger logger, Guid rigId, ulong epoch, ulong liveEpoch);

        [LoggerMessage(3203, LogLevel.Warning, "RollbackNoticed {RigId} {IncarnationSeen} {IncarnationStored}")]
        public static partial void RollbackNoticed(ILogger logger, Guid rigId, uint incarnationSeen, uint incarnationStored);

        [LoggerMessage(3204, LogLevel.Information, "VerdictGiven {RigId} {AttemptId} {Phase} {Verdict} {Reason}")]
        public static partial void VerdictGiven(ILogger logger, Guid rigId, Guid attemptId, AttemptPhase phase, Verdict verdict, string reason);

        [LoggerMessage(3205, LogLevel.Warning, "AttemptForgottenByRig {RigId} {AttemptId} {State}")]
        public static partial void AttemptForgottenByRig(ILogger logger, Guid rigId, Guid attemptId, AttemptState state);
    }
}

/// <summary>The answer to Hello.</summary>
/// <param name="Session">Null: there will be none; <paramref name="Answer"/> says why.</param>
internal sealed record Welcome(RigSession? Session, CoordinatorMessage Answer);
