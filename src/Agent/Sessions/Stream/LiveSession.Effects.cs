using Microsoft.Extensions.Logging;
using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Agent.Sessions.Core;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Sessions.Stream;

/// <summary>What the core asked for, done.</summary>
internal sealed partial class LiveSession
{
    /// <summary>Attempts in one heartbeat message: about 60 bytes each, well below 64 KiB.</summary>
    private const int HeartbeatPage = 500;

    private async ValueTask ExecuteAsync(SessionEffect effect)
    {
        switch (effect)
        {
            case StoreAck store:
                _ = GuardAsync(() => StoreAsync(store)); // Reading goes on meanwhile; AckStored comes back as an input.
                break;
            case Opened open:
                opened.TrySetResult(open);
                break;
            case GatherHeartbeat:
                await SendHeartbeatsAsync();
                break;
            case TakeAssignment take:
                await OnLaneAsync(take.Assignment.AttemptId, () => AssignAsync(take.Assignment));
                break;
            case ConfirmAttempt confirm:
                await OnLaneAsync(confirm.Id, () => rooms.Attempts.ConfirmAsync(confirm.Id, confirm.Fence, confirm.Terms, confirm.SentAt));
                break;
            case ApplyVerdict apply:
                await OnLaneAsync(apply.Verdict.Id, () => rooms.Attempts.ApplyVerdictAsync(apply.Verdict, apply.SentAt));
                break;
            case AckEvents ack:
                await OnLaneAsync(ack.Id, () => rooms.Attempts.AckEventsAsync(ack.Id, ack.EventNo));
                break;
            case AckResult ack:
                await OnLaneAsync(ack.Id, () => rooms.Attempts.AckResultAsync(ack.Id, ack.Fence, ack.Verdict, ack.Missing));
                break;
            case CancelAttempt cancel:
                await OnLaneAsync(cancel.Id, () => ObeyAsync(cancel.OrderId, () => rooms.Attempts.CancelAsync(cancel.Id, cancel.Fence, cancel.Reason)));
                break;
            case DrainRig drain:
                await OnLaneAsync(default, () => ObeyAsync(drain.OrderId, () => rooms.Attempts.DrainAsync(drain.Deadline)));
                break;
            case ResumeRig resume:
                await OnLaneAsync(default, () => ObeyAsync(resume.OrderId, rooms.Attempts.ResumeAsync));
                break;
            case Ignored ignored:
                Log.MessageIgnored(rooms.Logger, ignored.What, ignored.Why);
                break;
            case Alarm alarm:
                Alarm = alarm.Detail;
                Log.CoordinatorDistrusted(rooms.Logger, link.Url, alarm.Detail);
                break;
            case Close close:
                End(close.End);
                break;
            default:
                throw new InvalidOperationException($"No action for {effect.GetType().Name}.");
        }
    }

    /// <summary>The numbers and every verdict at once, so that they share an fsync; then the confirmation may leave.</summary>
    private async Task StoreAsync(StoreAck store)
    {
        var verdicts = store.Verdicts.Select(v => TryAsync(() => rooms.Attempts.ApplyVerdictAsync(v, store.SentAt))).ToList();
        var stored = store.Facts is null || await TryAsync(() => rooms.Journal.CommitAsync(new JournalEntry { Session = store.Facts }));
        await Task.WhenAll(verdicts);
        stored &= await TryAsync(rooms.Attempts.VerdictsAppliedAsync);
        await FeedAsync(new AckStored(rooms.Clock.Now, stored));
    }

    private async Task SendHeartbeatsAsync()
    {
        var held = rooms.Attempts.Inventory();
        for (var start = 0; start == 0 || start < held.Count; start += HeartbeatPage)
        {
            await FeedAsync(new HeartbeatReady(rooms.Clock.Now, [.. held.Skip(start).Take(HeartbeatPage)]));
        }
    }

    private async ValueTask AssignAsync(Assignment assignment)
    {
        AssignAnswer answer;
        try
        {
            answer = await rooms.Attempts.AssignAsync(assignment);
        }
        catch (JournalException e)
        {
            answer = new AssignAnswer(e.Reason, e.Message, null); // A rig whose disk refuses cannot keep its word: it refuses.
        }

        await FeedAsync(new AssignAnswered(rooms.Clock.Now, assignment.AttemptId, assignment.Fence, answer));
        Nudge();
    }

    private async ValueTask ObeyAsync(string orderId, Func<ValueTask<OrderAnswer>> order)
    {
        OrderAnswer answer;
        try
        {
            answer = await order();
        }
        catch (JournalException e)
        {
            answer = new OrderAnswer(e.Reason); // Not on disk is not done.
        }

        await FeedAsync(new OrderAnswered(rooms.Clock.Now, orderId, answer));
    }

    private ValueTask OnLaneAsync(AttemptId id, Func<ValueTask> work) => lanes.PostAsync(id, () => GuardAsync(() => TryAsync(work)), life.Token);

    /// <summary>False when the disk refused; the next Hello puts right what this missed.</summary>
    private async Task<bool> TryAsync(Func<ValueTask> work)
    {
        try
        {
            await work();
            return true;
        }
        catch (JournalException e)
        {
            Log.DiskRefused(rooms.Logger, e.Message);
            return false;
        }
    }

    private void Nudge()
    {
        try
        {
            nudge.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake, or about to be.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1310, LogLevel.Error, "Session ended by a fault in the agent itself")]
        public static partial void SessionFaulted(ILogger logger, Exception exception);

        [LoggerMessage(1311, LogLevel.Error, "{Body} of {Bytes} bytes was not sent: it is larger than the protocol allows")]
        public static partial void MessageTooLarge(ILogger logger, Protocol.V1.RigMessage.BodyOneofCase body, int bytes);

        [LoggerMessage(1312, LogLevel.Warning, "Disk took longer than {Seconds} s to write what the last session brought")]
        public static partial void DiskSlow(ILogger logger, double seconds);

        [LoggerMessage(1313, LogLevel.Error, "Disk refused what the coordinator said: {Fault}")]
        public static partial void DiskRefused(ILogger logger, string fault);

        [LoggerMessage(1314, LogLevel.Debug, "{What} was ignored: {Why}")]
        public static partial void MessageIgnored(ILogger logger, string what, string why);

        [LoggerMessage(1315, LogLevel.Critical, "{Coordinator} is not the coordinator this rig knows: {Detail}. It gets no work done here and ends none; running jobs go on")]
        public static partial void CoordinatorDistrusted(ILogger logger, Uri coordinator, string detail);
    }
}
