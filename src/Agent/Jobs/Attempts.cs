using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;
using Rigshift.Rules;

namespace Rigshift.Agent.Jobs;

/// <summary>All attempts of this rig. Routes what the session hears to the attempt it concerns; owns nothing that an attempt owns.</summary>
internal sealed partial class Attempts(
    AttemptContext context, AttemptHistory history, RigAdmission admission, TombstoneTable tombstones, AttemptViews views, IJournal journal, IBootClock clock, JobOptions options, ILogger<Attempts> logger)
    : IAttempts, IAsyncDisposable
{
    private readonly ConcurrentDictionary<AttemptId, LiveAttempt> live = new();
    private readonly CancellationTokenSource hostStopping = new();

    public long Version => context.Changed.Version;

    public bool Draining => admission.Draining;

    public ValueTask WaitForChangeAsync(long seen, CancellationToken cancellation) => context.Changed.WaitAsync(seen, cancellation);

    public IReadOnlyList<AttemptReport> Inventory() => [.. live.Values.Select(attempt => attempt.Report())];

    public IReadOnlyList<SettledResult> RecentlyAcked(int limit) => history.RecentlyAcked(limit);

    public async ValueTask<AssignAnswer> AssignAsync(Assignment assignment)
    {
        if (live.TryGetValue(assignment.AttemptId, out var known))
        {
            return known.Record.Fence == assignment.Fence ? Accepted : Refused(Reason.FenceStale, "The attempt is here under another fence.");
        }

        if (tombstones.Covers(assignment.AttemptId, assignment.Fence))
        {
            return Refused(Reason.Tombstoned, "The attempt was cancelled before it arrived.");
        }

        if (assignment.Spec is not { } spec)
        {
            return Refused(Reason.SpecInvalid, assignment.SpecFault ?? "The job has no spec.");
        }

        var admitted = admission.TryReserve(assignment.AttemptId, spec, history.Settled.UncleanEnds(assignment.JobId));
        if (admitted.Reason is { } reason)
        {
            LogAssignmentRefused(assignment.AttemptId, reason, admitted.Detail);
            return new AssignAnswer(reason, admitted.Detail, admitted.RetryAfter);
        }

        return await AcceptAsync(assignment, spec, admitted.Gpus);
    }

    public ValueTask ConfirmAsync(AttemptId id, Fence fence, LeaseTerms terms, TimeSpan sentAt) =>
        ApplyVerdictAsync(new AttemptVerdict(id, fence, Verdict.Continue, terms, null, ""), sentAt);

    public async ValueTask ApplyVerdictAsync(AttemptVerdict verdict, TimeSpan sentAt)
    {
        if (!live.TryGetValue(verdict.Id, out var attempt))
        {
            return;
        }

        foreach (var input in VerdictMapping.Inputs(attempt.Record, verdict, clock.BootId, sentAt, context.Time.GetUtcNow().ToUnixTimeMilliseconds()))
        {
            await attempt.Actor.TakeAsync(input);
        }
    }

    public async ValueTask VerdictsAppliedAsync()
    {
        await admission.EndRecoveryAsync();
        context.Changed.Raise();
    }

    public ValueTask AckEventsAsync(AttemptId id, ulong eventNo)
    {
        if (live.TryGetValue(id, out var attempt))
        {
            attempt.Actor.AckEvents(eventNo);
        }

        return ValueTask.CompletedTask;
    }

    public async ValueTask AckResultAsync(AttemptId id, Fence fence, ResultVerdict verdict, IReadOnlyList<Digest> missing)
    {
        if (!live.TryGetValue(id, out var attempt) || fence != attempt.Record.Fence)
        {
            return;
        }

        AttemptInput? input = verdict switch
        {
            ResultVerdict.Committed or ResultVerdict.Duplicate or ResultVerdict.Fenced => new AttemptInput.Settled(context.Time.GetUtcNow().ToUnixTimeMilliseconds()),
            ResultVerdict.MissingArtifacts => new AttemptInput.UploadAgain(),
            _ => null,
        };
        if (input is not null)
        {
            await attempt.Actor.TakeAsync(input);
        }
    }

    public async ValueTask<OrderAnswer> CancelAsync(AttemptId id, Fence fence, string reason)
    {
        if (live.TryGetValue(id, out var attempt))
        {
            if (fence < attempt.Record.Fence)
            {
                return new OrderAnswer(Reason.FenceStale);
            }

            var text = reason.Length > 0 ? reason : Reason.Cancelled;
            await attempt.Actor.TakeAsync(new AttemptInput.StopWanted(new AttemptOutcome(Outcome.Cancelled, text, "The job was cancelled.", null)));
            return Done;
        }

        if (history.Settled.Find(id) is null)
        {
            await tombstones.AddAsync(new Tombstone(id, fence, Reason.Cancelled, context.Time.GetUtcNow().ToUnixTimeMilliseconds()));
        }

        return Done;
    }

    public async ValueTask<OrderAnswer> DrainAsync(TimeSpan? deadline)
    {
        await admission.SetDrainingAsync(true, deadline is { } wait ? clock.Now + wait : null);
        context.Changed.Raise();
        return Done;
    }

    public async ValueTask<OrderAnswer> ResumeAsync()
    {
        await admission.SetDrainingAsync(false, null);
        context.Changed.Raise();
        return Done;
    }

    public IReadOnlyList<OutboxItem> Outbox() => views.Outbox(live.Values);

    public IReadOnlyList<ProgressReport> TakeProgress() => views.TakeProgress(live.Values);

    public OfferTerms CurrentOffer() => admission.CurrentOffer();

    public IReadOnlyList<LogSource> Logs() => history.Logs(live.Values);

    public void LogsSent(AttemptId id)
    {
        if (live.TryGetValue(id, out var attempt))
        {
            attempt.LogsSent = true;
        }

        history.LogsSent(id);
    }

    public IReadOnlyList<AttemptRecord> Records() =>
        [.. live.Values.Select(attempt => attempt.Record).OrderByDescending(record => record.CreatedUnixMs), .. history.Settled.Newest(int.MaxValue)];

    /// <summary>Once a second: what is out of time is stopped, what is too old is thrown away.</summary>
    public async ValueTask TickAsync()
    {
        var now = clock.Now;
        foreach (var attempt in live.Values)
        {
            var due = AttemptDeadlines.Due(attempt.Record, clock.BootId, now, attempt.TakenUpAt, options.ConfirmPatience) ?? admission.DrainedOut(attempt.Record, now);
            if (due is not null && !attempt.IsStopPosted)
            {
                LogAttemptStopped(attempt.Record.Id, due.Reason, due.Detail);
                // Not awaited: one attempt whose disk or program hangs must not delay the clocks of the others.
                attempt.IsStopPosted = true;
                _ = StopAsync(attempt, due);
            }
        }

        await history.ExpireAsync();
        tombstones.Expire();
    }

    /// <summary>Leaves every program running; the next agent process takes them up.</summary>
    public async ValueTask DisposeAsync()
    {
        // The container knows this object under two names, and disposes it once for each.
        if (hostStopping.IsCancellationRequested)
        {
            return;
        }

        await hostStopping.CancelAsync();
        await Task.WhenAll(live.Values.Select(attempt => attempt.Life));
        hostStopping.Dispose();
    }

    private static async Task StopAsync(LiveAttempt attempt, AttemptOutcome outcome)
    {
        await attempt.Actor.TakeAsync(new AttemptInput.StopWanted(outcome));
        attempt.IsStopPosted = false;
    }

    private static AssignAnswer Accepted { get; } = new(null, "", null);

    private static OrderAnswer Done { get; } = new((string?)null);

    private static AssignAnswer Refused(string reason, string detail) => new(reason, detail, null);

    // T1: the attempt, its fence and its reservation are on disk before the accept leaves.
    private async ValueTask<AssignAnswer> AcceptAsync(Assignment assignment, JobSpec spec, IReadOnlyList<GpuUuid> gpus)
    {
        var record = new AttemptRecord
        {
            Id = assignment.AttemptId,
            JobId = assignment.JobId,
            Fence = assignment.Fence,
            AttemptNo = assignment.AttemptNo,
            Spec = spec,
            State = AttemptState.Accepted,
            Gpus = gpus,
            CreatedUnixMs = context.Time.GetUtcNow().ToUnixTimeMilliseconds(),
        };
        try
        {
            await journal.CommitAsync(new JournalEntry { Attempt = record });
        }
        catch (JournalException e) // Nothing is on record, so nothing was promised.
        {
            context.Reservations.Release(record.Id);
            LogAssignmentRefused(record.Id, e.Reason, e.Message);
            return new AssignAnswer(e.Reason, e.Message, TimeSpan.FromMinutes(1));
        }

        LogAttemptAccepted(record.Id, record.JobId, record.Spec.Name);
        Start(record, [], null);
        return Accepted;
    }

    [SuppressMessage("Reliability", "CA2000", Justification = "The actor is disposed where its life ends, in LiveAsync.")]
    private void Start(AttemptRecord record, IReadOnlyList<AttemptEvent> unacked, AttemptDecision? resume)
    {
        var attempt = new LiveAttempt(new AttemptActor(record, unacked, context, hostStopping.Token), clock.Now);
        live[record.Id] = attempt;
        attempt.Life = LiveAsync(attempt, resume);
        context.Changed.Raise();
    }

    private async Task LiveAsync(LiveAttempt attempt, AttemptDecision? resume)
    {
        await Task.Yield();
        try
        {
            using (attempt.Actor)
            {
                await attempt.Actor.RunAsync(resume);
            }
        }
        catch (Exception e) // A bug of ours. The journal is as it was, so the next start takes the attempt up; the others go on.
        {
            LogAttemptBroken(attempt.Record.Id, e);
        }

        if (attempt.Record.State == AttemptState.Acked)
        {
            history.Settle(attempt);
            live.TryRemove(attempt.Record.Id, out _);
            context.Changed.Raise();
        }
    }

    [LoggerMessage(1420, LogLevel.Information, "Attempt {AttemptId} of job {JobId} ({JobName}) accepted", EventName = "AttemptAccepted")]
    private partial void LogAttemptAccepted(AttemptId attemptId, JobId jobId, string jobName);

    [LoggerMessage(1421, LogLevel.Information, "Attempt {AttemptId} refused: {Reason}. {Detail}", EventName = "AssignmentRefused")]
    private partial void LogAssignmentRefused(AttemptId attemptId, string reason, string detail);

    [LoggerMessage(1423, LogLevel.Warning, "Attempt {AttemptId} is stopped: {Reason}. {Detail}", EventName = "AttemptStopped")]
    private partial void LogAttemptStopped(AttemptId attemptId, string reason, string detail);

    [LoggerMessage(1425, LogLevel.Critical, "Attempt {AttemptId} met a fault in the agent itself; it is taken up again at the next start", EventName = "AttemptBroken")]
    private partial void LogAttemptBroken(AttemptId attemptId, Exception e);
}
