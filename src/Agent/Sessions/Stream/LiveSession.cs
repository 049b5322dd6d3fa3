using Grpc.Core;
using Rigshift.Agent.Model;
using Rigshift.Agent.Sessions.Core;
using Rigshift.Agent.Sessions.Mapping;
using Rigshift.Agent.Sessions.Transport;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Agent.Sessions.Stream;

/// <summary>One stream from Hello to its end: one writer, one reader, and the core in between.</summary>
internal sealed partial class LiveSession : IDisposable
{
    /// <summary>Time for a Goodbye to leave and the coordinator to close. The service's stop waits for it.</summary>
    private static readonly TimeSpan GoodbyeTime = TimeSpan.FromSeconds(2);

    /// <summary>Journal writes that are under way when a session ends are done within this, or the disk hangs.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(10);

    private readonly CoordinatorLink link;
    private readonly SessionRooms rooms;
    private readonly CancellationTokenSource life = new();
    private readonly TaskCompletionSource<SessionEnd> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<Opened> opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Outgoing outgoing = new();
    private readonly AttemptLanes lanes = new();
    private readonly SemaphoreSlim nudge = new(0, 1);
    private readonly Lock gate = new();
    private SessionState state;

    public LiveSession(CoordinatorLink link, SessionRooms rooms, HelloFacts facts)
    {
        this.link = link;
        this.rooms = rooms;
        state = SessionState.Begin(facts.Identity.ClusterId, facts.Session, rooms.Clock.Now);
        outgoing.Post(HelloMapper.Map(facts), isUrgent: true);
    }

    /// <summary>Completes when the session is open; is cancelled when it ends before that.</summary>
    public Task<Opened> Opened => opened.Task;

    /// <summary>Set when the far side is not to be trusted.</summary>
    public string? Alarm { get; private set; }

    /// <summary>Ends the session; the first reason counts.</summary>
    public void End(SessionEnd end) => ended.TrySetResult(end);

    public async Task<SessionEnd> RunAsync(CancellationToken stopping)
    {
        await using var stop = stopping.Register(() => End(SessionEnd.Of(SessionEndKind.Stopping, "The agent stops.")));
        using var call = new Rig.RigClient(link.Channel).Connect(cancellationToken: life.Token);
#pragma warning disable CA2025 // All of them are awaited below, before the call is disposed.
        var writing = GuardAsync(() => WriteAsync(call));
        var others = new[] { GuardAsync(() => ReadAsync(call)), GuardAsync(TickAsync), GuardAsync(PumpAsync) };
#pragma warning restore CA2025
        var end = await ended.Task;
        opened.TrySetCanceled(CancellationToken.None);
        if (end.Kind == SessionEndKind.Stopping && Current().Phase == SessionPhase.Open)
        {
            await SayGoodbyeAsync(others[0]);
        }

        await life.CancelAsync();
        await Task.WhenAll([writing, .. others]);
        await DrainLanesAsync();
        return end;
    }

    public void Dispose()
    {
        life.Dispose();
        outgoing.Dispose();
        lanes.Dispose();
        nudge.Dispose();
    }

    private async Task WriteAsync(AsyncDuplexStreamingCall<RigMessage, CoordinatorMessage> call)
    {
        while (true)
        {
            var message = await outgoing.TakeAsync(life.Token);
            if (message.CalculateSize() > ProtocolLimits.MaxLargeMessageBytes)
            {
                Log.MessageTooLarge(rooms.Logger, message.BodyCase, message.CalculateSize()); // Sending it would end every session, for ever.
                continue;
            }

            try
            {
                await call.RequestStream.WriteAsync(message, life.Token);
            }
            catch (Exception e) when (e is RpcException or InvalidOperationException or OperationCanceledException)
            {
                return; // The call is over. Only the reader hears why, and it ends the session.
            }

            if (message.BodyCase == RigMessage.BodyOneofCase.Goodbye)
            {
                await call.RequestStream.CompleteAsync();
                return;
            }
        }
    }

    private async Task ReadAsync(AsyncDuplexStreamingCall<RigMessage, CoordinatorMessage> call)
    {
        while (await MoveNextAsync(call))
        {
            await FeedAsync(new MessageReceived(rooms.Clock.Now, call.ResponseStream.Current));
        }

        End(SessionEnd.Of(SessionEndKind.ConnectionLost, $"{link.Url} closed the session."));
    }

    private async Task<bool> MoveNextAsync(AsyncDuplexStreamingCall<RigMessage, CoordinatorMessage> call)
    {
        try
        {
            return await call.ResponseStream.MoveNext(life.Token);
        }
        catch (OperationCanceledException) when (!life.IsCancellationRequested)
        {
            await call.ResponseHeadersAsync; // A call that never connected reads as cancelled; its headers throw what really happened.
            throw;
        }
    }

    private async Task TickAsync()
    {
        var open = opened.Task;
        while (true)
        {
            rooms.LifeSign.Beat();
            await FeedAsync(new ClockTicked(rooms.Clock.Now, Jitter.Next()));
            var wait = Bounded(SessionCore.NextTick(Current()) - rooms.Clock.Now, ILifeSign.MaxSilence / 3);
            var delay = Task.Delay(wait, rooms.Time, life.Token);
            await (open.IsCompleted ? delay : Task.WhenAny(delay, open));
            life.Token.ThrowIfCancellationRequested();
        }
    }

    private async Task PumpAsync()
    {
        await opened.Task;
        Task change = Task.CompletedTask;
        Task nudged = Task.CompletedTask;
        while (true)
        {
            if (nudged.IsCompleted)
            {
                nudged = nudge.WaitAsync(life.Token);
            }

            var seen = rooms.Attempts.Version;
            var answered = Current().AssignsAnswered; // Before the offer: it must not claim to know of more than it does.
            var input = new AttemptsChanged(rooms.Clock.Now, rooms.Attempts.Outbox(), answered, rooms.Attempts.CurrentOffer(), rooms.Attempts.TakeProgress());
            await FeedAsync(input);
            if (change.IsCompleted)
            {
                change = rooms.Attempts.WaitForChangeAsync(seen, life.Token).AsTask();
            }

            using var wake = CancellationTokenSource.CreateLinkedTokenSource(life.Token);
            var due = Task.Delay(Bounded(OutboundFlow.NextDue(Current()) - rooms.Clock.Now, OutboundFlow.OfferRefresh), rooms.Time, wake.Token);
            await Task.WhenAny(change, nudged, due);
            await wake.CancelAsync();
            life.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Runs one input through the core. Messages are queued in the core's order; the rest is done after.</summary>
    private async ValueTask FeedAsync(SessionInput input)
    {
        SessionStep step;
        var sent = false;
        lock (gate)
        {
            step = SessionCore.Step(state, input);
            state = step.State;
            foreach (var effect in step.Effects)
            {
                if (effect is Send send)
                {
                    outgoing.Post(send.Message, send.Urgent);
                    sent = true;
                }
            }
        }

        foreach (var effect in step.Effects)
        {
            if (effect is not Send)
            {
                await ExecuteAsync(effect);
            }
        }

        if (sent && input is not HeartbeatReady)
        {
            await outgoing.RoomAsync(life.Token); // Who adds to a backlog waits; heartbeats, and a reader that only reads, do not.
        }
    }

    private SessionState Current()
    {
        lock (gate)
        {
            return state;
        }
    }

    private async Task SayGoodbyeAsync(Task reading)
    {
        outgoing.Post(new RigMessage { SessionGen = Current().SessionGen, Goodbye = new Goodbye { Reason = "stopping" } }, isUrgent: false);
        await Task.WhenAny(reading, Task.Delay(GoodbyeTime, rooms.Time, CancellationToken.None));
    }

    private async Task DrainLanesAsync()
    {
        using var patience = new CancellationTokenSource(DrainTime, rooms.Time);
        try
        {
            await lanes.DrainAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Log.DiskSlow(rooms.Logger, DrainTime.TotalSeconds); // The next Hello tells the coordinator what came of it.
        }
    }

    // Every loop ends the session with what stopped it, and none of them ends the agent.
    private async Task GuardAsync(Func<Task> loop)
    {
        try
        {
            await loop();
        }
        catch (Exception) when (life.IsCancellationRequested || ended.Task.IsCompleted)
        {
            // The session is over; whatever the calls threw is its echo.
        }
        catch (RpcException e)
        {
            var refused = e.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied;
            var kind = refused ? SessionEndKind.Refused : SessionEndKind.ConnectionLost;
            End(new SessionEnd(kind, FailureText.ReasonOf(e) ?? "", FailureText.Describe(e, link), TimeSpan.Zero)); // Next session, after a pause.
        }
        catch (Exception e) // A bug of ours costs this session, not the running attempts.
        {
            Log.SessionFaulted(rooms.Logger, e);
            End(SessionEnd.Of(SessionEndKind.ConnectionLost, $"A fault in Rigshift ended the session: {e.GetType().Name}. Please report it with the rig's log."));
        }
    }

    private static TimeSpan Bounded(TimeSpan wait, TimeSpan longest) => wait < TimeSpan.Zero ? TimeSpan.Zero : wait < longest ? wait : longest;
}
