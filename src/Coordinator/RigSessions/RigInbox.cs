using Grpc.Core;
using Rigshift.Coordinator.Dispatch;
using Rigshift.Coordinator.Feeds;
using Rigshift.Coordinator.Leases;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>Reads a rig's stream. Commits run side by side, so that one rig's jobs share fsyncs; a bounded number of them.</summary>
internal sealed partial class RigInbox(
    AttemptInbox attempts, HeartbeatReply heartbeats, RigStore rigs, RigFeed feed, LeaseTable leases, ProgressBoard progress, Dispatcher dispatcher, JobNews news, MonotonicClock clock,
    ILogger<RigInbox> logger)
{
    public async Task ReadAsync(RigSession session, IAsyncStreamReader<RigMessage> stream)
    {
        try
        {
            while (await stream.MoveNext(session.Ended))
            {
                var message = stream.Current;
                session.Hear();
                if (message.SessionGen != session.Generation)
                {
                    Log.OldSessionRefused(logger, session.RigId, message.SessionGen, session.Generation);
                    continue;
                }

                if (!session.IsConfirmed && message.BodyCase != RigMessage.BodyOneofCase.HelloConfirm)
                {
                    session.End("not_confirmed");
                    return;
                }

                if (message.BodyCase is RigMessage.BodyOneofCase.Accept or RigMessage.BodyOneofCase.Refuse)
                {
                    session.Answers++;
                }

                await session.Places.WaitAsync(session.Ended);
                _ = FinishAsync(session, HandleAsync(session, message));
            }
        }
        finally
        {
            // The session may only go once nothing uses it.
            for (var i = 0; i < RigSession.InFlightLimit; i++)
            {
                await session.Places.WaitAsync(CancellationToken.None);
            }
        }
    }

    private async Task FinishAsync(RigSession session, Task handled)
    {
        try
        {
            await handled;
        }
        catch (Exception e) // What was not recorded is not acknowledged; the next Hello starts over from what both ends have on disk.
        {
            Log.MessageFailed(logger, e, session.RigId);
            session.End("store_failed");
        }
        finally
        {
            session.Places.Release();
        }
    }

    private Task HandleAsync(RigSession session, RigMessage message) => message.BodyCase switch
    {
        RigMessage.BodyOneofCase.HelloConfirm => ConfirmAsync(session, message.HelloConfirm),
        RigMessage.BodyOneofCase.Heartbeat => BeatAsync(session, message.Heartbeat),
        RigMessage.BodyOneofCase.Offer => Offer(session, message.Offer),
        RigMessage.BodyOneofCase.Accept => Guid.TryParse(message.Accept.AttemptId, out var id) ? attempts.AcceptAsync(session, id, message.Accept) : Task.CompletedTask,
        RigMessage.BodyOneofCase.Refuse => Guid.TryParse(message.Refuse.AttemptId, out var id) ? attempts.RefuseAsync(session, id, message.Refuse) : Task.CompletedTask,
        RigMessage.BodyOneofCase.Event => Guid.TryParse(message.Event.AttemptId, out var id) ? attempts.EventAsync(session, id, message.Event) : Task.CompletedTask,
        RigMessage.BodyOneofCase.Result => Guid.TryParse(message.Result.AttemptId, out var id) ? attempts.ResultAsync(session, id, message.Result) : Task.CompletedTask,
        RigMessage.BodyOneofCase.OrderReply => AnsweredAsync(session, message.OrderReply),
        RigMessage.BodyOneofCase.Progress => Progress(session, message.Progress),
        RigMessage.BodyOneofCase.Goodbye => Leave(session, message.Goodbye),
        // A newer agent's message: tolerated.
        _ => Task.CompletedTask,
    };

    private async Task ConfirmAsync(RigSession session, HelloConfirm confirm)
    {
        if (confirm.StateGen != session.OfferedStateGen)
        {
            session.End("state_gen_wrong");
            return;
        }

        session.IsConfirmed = true;
        await rigs.ConfirmAsync(session.RigId, confirm.StateGen);
        foreach (var order in rigs.Orders(session.RigId))
        {
            session.TrySend(new CoordinatorMessage { Order = order });
        }

        feed.Publish(session.RigId);
    }

    private async Task BeatAsync(RigSession session, Heartbeat heartbeat)
    {
        var received = clock.Now;
        session.Beat();
        session.TrySend(new CoordinatorMessage { HeartbeatAck = await heartbeats.AnswerAsync(session.RigId, heartbeat, received) });
    }

    private Task Offer(RigSession session, Offer offer)
    {
        session.Offer = offer;
        session.OfferReceived = clock.Now;
        if (!session.IsClosed)
        {
            dispatcher.Post(OfferInput.From(session, leases));
        }

        feed.Publish(session.RigId);
        return Task.CompletedTask;
    }

    private async Task AnsweredAsync(RigSession session, OrderReply reply)
    {
        Log.OrderAnswered(logger, session.RigId, reply.OrderId, reply.Outcome, reply.Reason);
        await rigs.AnsweredAsync(session.RigId, reply.OrderId);
    }

    private Task Progress(RigSession session, Progress made)
    {
        if (Guid.TryParse(made.AttemptId, out var id) && leases.Find(id) is { } live && live.RigId == session.RigId)
        {
            progress.Set(id, made);
            news.Changed(live.JobId);
        }

        return Task.CompletedTask;
    }

    private Task Leave(RigSession session, Goodbye goodbye)
    {
        Log.RigSaidGoodbye(logger, session.RigId, Rules.SafeText.ForMessage(goodbye.Reason));
        dispatcher.Post(new DispatchInput.RigClosed(session.RigId));
        return Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(3230, LogLevel.Warning, "OldSessionRefused {RigId} {MessageGen} {SessionGen}")]
        public static partial void OldSessionRefused(ILogger logger, Guid rigId, ulong messageGen, ulong sessionGen);

        [LoggerMessage(3231, LogLevel.Error, "MessageFailed {RigId}")]
        public static partial void MessageFailed(ILogger logger, Exception e, Guid rigId);

        [LoggerMessage(3232, LogLevel.Information, "OrderAnswered {RigId} {OrderId} {Outcome} {Reason}")]
        public static partial void OrderAnswered(ILogger logger, Guid rigId, string orderId, OrderOutcome outcome, string reason);

        [LoggerMessage(3233, LogLevel.Information, "RigSaidGoodbye {RigId} {Reason}")]
        public static partial void RigSaidGoodbye(ILogger logger, Guid rigId, string reason);
    }
}
