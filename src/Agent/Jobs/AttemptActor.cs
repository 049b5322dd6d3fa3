using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;
using Rigshift.Rules;

namespace Rigshift.Agent.Jobs;

/// <summary>
/// The edge of one attempt: takes inputs one after another, journals each decision before its effects, runs one step at a time.
/// </summary>
internal sealed partial class AttemptActor(
    AttemptRecord first, IReadOnlyList<AttemptEvent> unacked, AttemptContext context, CancellationToken hostStopping) : IDisposable
{
    private static readonly BoundedChannelOptions InboxOptions = new(64) { SingleReader = true };

    private readonly Channel<(AttemptInput Input, TaskCompletionSource? Taken)> inbox = Channel.CreateBounded<(AttemptInput, TaskCompletionSource?)>(InboxOptions);
    private readonly Lock gate = new();
    private readonly List<AttemptEvent> events = [.. unacked];
    private AttemptStatus status = new(first, AttemptActivity.None);
    private CancellationTokenSource stepStop = CancellationTokenSource.CreateLinkedTokenSource(hostStopping);
    private Task step = Task.CompletedTask;
    private int sendNo;

    public AttemptRecord Record => Volatile.Read(ref status).Record;

    public AttemptActivity Activity => Volatile.Read(ref status).Activity;

    /// <summary>How often the result went into the outbox; 0 is not yet.</summary>
    public int SendNo => Volatile.Read(ref sendNo);

    public IReadOnlyList<AttemptEvent> UnackedEvents()
    {
        lock (gate)
        {
            return [.. events];
        }
    }

    public void AckEvents(ulong eventNo)
    {
        lock (gate)
        {
            events.RemoveAll(e => e.EventNo <= eventNo);
        }
    }

    /// <summary>Returns when the input is taken in: journalled if it changed something durable.</summary>
    public async ValueTask TakeAsync(AttemptInput input)
    {
        var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            await inbox.Writer.WriteAsync((input, taken), hostStopping);
        }
        catch (ChannelClosedException)
        {
            return; // The attempt is settled, or broken until the next start: nothing can change it now.
        }

        await taken.Task.WaitAsync(hostStopping);
    }

    /// <summary>Lives until the attempt is settled or the agent stops; the program goes on in the latter case.</summary>
    public async Task RunAsync(AttemptDecision? resume)
    {
        try
        {
            if (resume is not null)
            {
                await ApplyAsync(resume);
            }

            while (Activity != AttemptActivity.Done)
            {
                var (input, taken) = await inbox.Reader.ReadAsync(hostStopping);
                try
                {
                    await ApplyAsync(AttemptCore.Decide(status, input, context.Time.GetUtcNow().ToUnixTimeMilliseconds()), input);
                }
                finally
                {
                    taken?.TrySetResult(); // Whoever waits must not wait for an attempt that broke.
                }
            }
        }
        catch (OperationCanceledException) when (hostStopping.IsCancellationRequested)
        {
            // The next agent process takes the attempt up from the journal.
        }

        finally
        {
            inbox.Writer.TryComplete();
            while (inbox.Reader.TryRead(out var late))
            {
                late.Taken?.TrySetResult();
            }
        }
    }

    public void Dispose() => stepStop.Dispose();

    private async ValueTask ApplyAsync(AttemptDecision decision, AttemptInput? input = null)
    {
        if (decision.Refused)
        {
            LogInputRefused(Record.Id, input?.GetType().Name ?? "", Record.State, Activity);
            return;
        }

        Volatile.Write(ref status, decision.Durable ? await CommitAsync(decision) : decision.Next);
        foreach (var effect in decision.Effects)
        {
            await RunAsync(effect);
        }

        context.Changed.Raise();
    }

    /// <summary>The status that holds from now on.</summary>
    private async ValueTask<AttemptStatus> CommitAsync(AttemptDecision decision)
    {
        var entry = new JournalEntry { Attempt = decision.Next.Record, Event = decision.Event };
        if (decision.BestEffort && !await context.Writer.TryCommitAsync(entry))
        {
            // The event is not on record, so its number stays free for the next one.
            return decision.Next with { Record = decision.Next.Record with { LastEventNo = Record.LastEventNo } };
        }

        if (!decision.BestEffort)
        {
            await context.Writer.CommitAsync(entry, hostStopping);
        }

        if (decision.Event is { } fact)
        {
            lock (gate)
            {
                events.Add(fact);
            }
        }

        return decision.Next;
    }

    private async ValueTask RunAsync(AttemptEffect effect)
    {
        switch (effect)
        {
            case AttemptEffect.Release:
                context.Reservations.Release(Record.Id);
                break;
            case AttemptEffect.Publish:
                Interlocked.Increment(ref sendNo);
                LogAttemptEnded(Record.Id, Record.JobId, Record.Outcome?.Outcome ?? Outcome.Unknown, Record.Outcome?.Reason ?? "");
                break;
            case AttemptEffect.CleanUp:
                await EndStepAsync();
                context.RemoveWork(Record.Id);
                break;
            case AttemptEffect.Undo:
                await EndStepAsync();
                Begin(effect);
                break;
            default:
                Begin(effect);
                break;
        }
    }

    private async ValueTask EndStepAsync()
    {
        await stepStop.CancelAsync();
        await step;
        stepStop.Dispose();
        stepStop = CancellationTokenSource.CreateLinkedTokenSource(hostStopping);
    }

    private void Begin(AttemptEffect effect)
    {
        var record = Record;
        var stop = stepStop.Token;
        step = Task.Run(() => RunStepAsync(effect, record, stop), CancellationToken.None);
    }

    private async Task RunStepAsync(AttemptEffect effect, AttemptRecord record, CancellationToken stop)
    {
        try
        {
            var end = await context.Steps.RunAsync(effect, record, stop);
            if (!stop.IsCancellationRequested)
            {
                await inbox.Writer.WriteAsync((end, null), stop);
            }
        }
        catch (Exception e) when (e is ChannelClosedException || (e is OperationCanceledException && stop.IsCancellationRequested))
        {
            // Whoever cancelled it has decided what comes next.
        }
        catch (Exception e) // A fault of ours in one attempt ends that attempt, not the service.
        {
            LogStepFailed(effect, record.Id, e);
            await FailAsync(effect, e, stop);
        }
    }

    private async ValueTask FailAsync(AttemptEffect effect, Exception e, CancellationToken stop)
    {
        var (reason, detail) = e is JournalException disk ? (disk.Reason, disk.Message)
            : e is IOException or UnauthorizedAccessException ? (Reason.DiskError, e.Message)
            : (Reason.InternalError, e.Message);
        AttemptInput input = effect switch
        {
            AttemptEffect.Undo => new AttemptInput.Undone(false),
            AttemptEffect.Upload => new AttemptInput.Uploaded(new Artifacts.ArtifactFault(reason, detail)),
            AttemptEffect.Collect => new AttemptInput.Collected(new Artifacts.CollectResult([], new Artifacts.ArtifactFault(reason, detail))),
            _ => new AttemptInput.StopWanted(new AttemptOutcome(Outcome.Failed, reason, detail, null)),
        };
        try
        {
            await inbox.Writer.WriteAsync((input, null), stop);
        }
        catch (Exception stopped) when (stopped is OperationCanceledException or ChannelClosedException)
        {
            // Whoever cancelled the step has decided what comes next; a new process finds its place from the journal.
        }
    }

    [LoggerMessage(1401, LogLevel.Debug, "Attempt {AttemptId} refused {Input} in {State} ({Activity})", EventName = "InputRefused")]
    private partial void LogInputRefused(AttemptId attemptId, string input, AttemptState state, AttemptActivity activity);

    [LoggerMessage(1402, LogLevel.Information, "Attempt {AttemptId} of job {JobId} ended: {Outcome} {Reason}", EventName = "AttemptEnded")]
    private partial void LogAttemptEnded(AttemptId attemptId, JobId jobId, Outcome outcome, string reason);

    [LoggerMessage(1403, LogLevel.Error, "Step {Step} of attempt {AttemptId} failed", EventName = "StepFailed")]
    private partial void LogStepFailed(AttemptEffect step, AttemptId attemptId, Exception e);

    // The generator needs a logger of this instance.
    private readonly ILogger logger = context.Logger;
}
