using Grpc.Core;
using Rigshift.Protocol.V1;
using Rigshift.Rules;
using Outcome = Rigshift.Protocol.V1.Outcome;

namespace Rigshift.Coordinator.Tests.Live;

/// <summary>One stream of a fake rig.</summary>
internal sealed class FakeSession(FakeRig rig, AsyncDuplexStreamingCall<RigMessage, CoordinatorMessage> call) : IDisposable
{
    private readonly SemaphoreSlim writing = new(1, 1);
    private readonly List<CoordinatorMessage> unread = [];
    private ulong offers;
    private ulong beats;

    public CoordinatorMessage First { get; private set; } = new();

    public HelloAck Ack => First.HelloAck;

    public ulong Generation { get; private set; }

    public async Task HelloAsync(Hello hello)
    {
        await call.RequestStream.WriteAsync(new RigMessage { Hello = hello });
        First = await NextAsync();
        Generation = First.BodyCase == CoordinatorMessage.BodyOneofCase.HelloAck ? First.HelloAck.SessionGen : 0;
    }

    public async Task ConfirmAsync()
    {
        rig.StateGen = Ack.NewStateGen;
        await SendAsync(new RigMessage { HelloConfirm = new HelloConfirm { StateGen = Ack.NewStateGen } });
    }

    public async Task SendAsync(RigMessage message, ulong? generation = null)
    {
        message.SessionGen = generation ?? Generation;
        await writing.WaitAsync();
        try
        {
            await call.RequestStream.WriteAsync(message);
        }
        finally
        {
            writing.Release();
        }
    }

    public Task OfferAsync(uint credits = 4, uint cpuMillis = 4000) => SendAsync(new RigMessage
    {
        Offer = new Offer { OfferId = ++offers, Credits = credits, CpuMillis = cpuMillis, MemoryBytes = 1UL << 40, DiskBytes = 1UL << 40, Runtimes = { "process", "onnx" }, TtlS = 60 },
    });

    public Task AcceptAsync(Assign assign) => SendAsync(new RigMessage { Accept = new Accept { AttemptId = assign.AttemptId, Fence = assign.Fence } });

    public Task RefuseAsync(Assign assign, string reason, uint retryAfterS = 0) =>
        SendAsync(new RigMessage { Refuse = new Refuse { AttemptId = assign.AttemptId, Fence = assign.Fence, Reason = reason, RetryAfterS = retryAfterS } });

    public Task EventAsync(Assign assign, ulong number, AttemptPhase phase) =>
        SendAsync(new RigMessage { Event = new AttemptEvent { AttemptId = assign.AttemptId, Fence = assign.Fence, EventNo = number, Phase = phase } });

    public Task ResultAsync(AttemptResult result) => SendAsync(new RigMessage { Result = result });

    public Task BeatAsync(params HeldAttempt[] held) => SendAsync(new RigMessage { Heartbeat = new Heartbeat { Sequence = ++beats, Attempts = { held } } });

    /// <summary>Takes the next assignment and has it confirmed.</summary>
    public async Task<Assign> TakeAsync()
    {
        var assign = (await ExpectAsync(CoordinatorMessage.BodyOneofCase.Assign)).Assign;
        await AcceptAsync(assign);
        await ExpectAsync(CoordinatorMessage.BodyOneofCase.AcceptConfirmed);
        return assign;
    }

    /// <summary>Sends a result and returns what settled it.</summary>
    public async Task<ResultAck> FinishAsync(Assign assign, Outcome outcome = Outcome.Succeeded, string reason = "", params Output[] outputs)
    {
        await ResultAsync(ResultOf(assign, outcome, reason, outputs));
        return (await ExpectAsync(CoordinatorMessage.BodyOneofCase.ResultAck)).ResultAck;
    }

    public static AttemptResult ResultOf(Assign assign, Outcome outcome = Outcome.Succeeded, string reason = "", params Output[] outputs)
    {
        var result = new AttemptResult { AttemptId = assign.AttemptId, JobId = assign.JobId, Fence = assign.Fence, Outcome = outcome, Reason = reason, Outputs = { outputs } };
        result.ResultDigest = ResultDigest.Compute(
            Guid.Parse(assign.AttemptId), (int)outcome, reason, null, outputs.Select(o => (o.Path, Digest.Parse(o.Artifact.Digest), o.Artifact.SizeBytes))).ToString();
        return result;
    }

    /// <summary>The next message of that kind; others wait their turn.</summary>
    public async Task<CoordinatorMessage> ExpectAsync(CoordinatorMessage.BodyOneofCase kind)
    {
        var index = unread.FindIndex(message => message.BodyCase == kind);
        if (index >= 0)
        {
            var found = unread[index];
            unread.RemoveAt(index);
            return found;
        }

        while (true)
        {
            var message = await NextAsync();
            if (message.BodyCase == kind)
            {
                return message;
            }

            unread.Add(message);
        }
    }

    /// <summary>True: the coordinator has ended the stream, in whatever way.</summary>
    public async Task<bool> EndsAsync()
    {
        try
        {
            while (await call.ResponseStream.MoveNext(TestContext.CurrentContext.CancellationToken))
            {
                unread.Add(call.ResponseStream.Current);
            }
        }
        catch (RpcException) when (!TestContext.CurrentContext.CancellationToken.IsCancellationRequested)
        {
            return true; // Broken off is ended, too.
        }

        return true;
    }

    public bool HasReceived(CoordinatorMessage.BodyOneofCase kind) => unread.Exists(message => message.BodyCase == kind);

    public void Dispose()
    {
        call.Dispose();
        writing.Dispose();
    }

    private async Task<CoordinatorMessage> NextAsync()
    {
        Assert.That(await call.ResponseStream.MoveNext(TestContext.CurrentContext.CancellationToken), Is.True, "the stream goes on");
        return call.ResponseStream.Current;
    }
}
