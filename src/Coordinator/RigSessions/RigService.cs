using Grpc.Core;
using Rigshift.Coordinator.Authority;
using Rigshift.Coordinator.Dispatch;
using Rigshift.Coordinator.Feeds;
using Rigshift.Coordinator.Serving;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>The rig's end of a session: one call of Connect.</summary>
internal sealed partial class RigService(
    Callers callers, Reception reception, RigInbox inbox, SessionTable sessions, Dispatcher dispatcher, RigFeed feed, RigStore rigs, CoordinatorOptions options, TimeProvider time,
    IHostApplicationLifetime lifetime, ILogger<RigService> logger) : Rig.RigBase
{
    public override async Task Connect(IAsyncStreamReader<RigMessage> requestStream, IServerStreamWriter<CoordinatorMessage> responseStream, ServerCallContext context)
    {
        var caller = callers.RequireRig(context);
        var hello = await ReadHelloAsync(requestStream, context);
        if (!Guid.TryParse(hello.RigId, out var named) || named != caller.RigId)
        {
            throw Refusal.Rpc(StatusCode.PermissionDenied, Reason.RigUnknown, "Hello names another rig than the certificate.");
        }

        var welcome = await reception.WelcomeAsync(caller, hello);
        if (welcome.Session is not { } session)
        {
            await responseStream.WriteAsync(welcome.Answer, context.CancellationToken);
            return;
        }

        using (session)
        {
            await RunAsync(session, welcome.Answer, requestStream, responseStream, context);
        }
    }

    private async Task RunAsync(
        RigSession session, CoordinatorMessage ack, IAsyncStreamReader<RigMessage> requests, IServerStreamWriter<CoordinatorMessage> responses, ServerCallContext context)
    {
        // The ack is queued before the session can be found, so that nothing can overtake it.
        session.TrySend(ack);
        if (!sessions.Enter(session))
        {
            session.Finish(new CoordinatorMessage { Superseded = new Superseded { ByAgentEpoch = sessions.Find(session.RigId)?.AgentEpoch ?? 0 } });
        }

        using var gone = context.CancellationToken.Register(() => session.End("disconnected"));
        using var stopping = lifetime.ApplicationStopping.Register(() =>
            session.Finish(new CoordinatorMessage { Reconnect = new Reconnect { RetryAfterS = (uint)options.Sessions.ReconnectSeconds } }));
        var writing = QuietAsync(session, session.WriteAsync(responses));
        var reading = QuietAsync(session, inbox.ReadAsync(session, requests));
        feed.Publish(session.RigId);
        await Task.WhenAny(writing, reading);
        if (reading.IsCompleted)
        {
            session.End("stream_closed");
        }

        await writing;
        session.End("finished");
        if (sessions.Leave(session))
        {
            dispatcher.Post(new DispatchInput.RigClosed(session.RigId));
        }

        Log.SessionEnded(logger, session.RigId, session.Generation, session.EndReason);
        if (session.EndReason is "write_stalled" or "queue_full" or "silent")
        {
            // The stream is stuck: ending the call in good order would wait on it.
            context.GetHttpContext().Abort();
        }

        await reading;
        await SeenAsync(session);
        feed.Publish(session.RigId);
    }

    private async Task<Hello> ReadHelloAsync(IAsyncStreamReader<RigMessage> stream, ServerCallContext context)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(options.Sessions.HelloSeconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.CancellationToken);
        try
        {
            if (await stream.MoveNext(either.Token) && stream.Current.BodyCase == RigMessage.BodyOneofCase.Hello)
            {
                return stream.Current.Hello;
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, "No Hello came on the stream."));
        }

        throw new RpcException(new Status(StatusCode.InvalidArgument, "The first message of the stream must be Hello."));
    }

    private async Task QuietAsync(RigSession session, Task work)
    {
        try
        {
            await work;
        }
        catch (OperationCanceledException)
        {
            session.End("cancelled"); // The session ended for a reason that is already set.
        }
        catch (Exception e) when (e is IOException or RpcException or InvalidOperationException) // The connection is gone; the rig comes back.
        {
            Log.StreamBroke(logger, session.RigId, e.Message);
            session.End("stream_broke");
        }
    }

    private async Task SeenAsync(RigSession session)
    {
        try
        {
            await rigs.SeenAsync(session.RigId);
        }
        catch (Durable.DurableException e) // For display only.
        {
            Log.StreamBroke(logger, session.RigId, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3240, LogLevel.Information, "SessionEnded {RigId} {SessionGen} {Reason}")]
        public static partial void SessionEnded(ILogger logger, Guid rigId, ulong sessionGen, string reason);

        [LoggerMessage(3241, LogLevel.Debug, "StreamBroke {RigId} {Message}")]
        public static partial void StreamBroke(ILogger logger, Guid rigId, string message);
    }
}
