using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;
using Rigshift.Protocol.V1;
using Rigshift.Rules;
using AttemptEvent = Rigshift.Agent.Model.AttemptEvent;
using AttemptVerdict = Rigshift.Protocol.V1.AttemptVerdict;
using Verdict = Rigshift.Protocol.V1.Verdict;

namespace Rigshift.Agent.Tests.Sessions;

/// <summary>The session against a real server that misbehaves.</summary>
internal sealed class SessionTests
{
    private readonly TestAuthority authority = new();
    private readonly RigUnderTest rig = new();
    private ScriptedCoordinator coordinator = null!; // SetUp starts it.

    [SetUp]
    public async Task StartAsync()
    {
        coordinator = await ScriptedCoordinator.StartAsync(authority);
        await rig.EnrollAsync(coordinator);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await rig.DisposeAsync();
        await coordinator.DisposeAsync();
        authority.Dispose();
    }

    [Test, CancelAfter(30_000)]
    public async Task Connect_ShowsItsCertificateAndConfirmsOnlyWhatIsOnDisk(CancellationToken cancellation)
    {
        await rig.StartAsync();
        var stream = await NextStreamAsync(cancellation);
        var hello = await stream.OpenAsync(authority.ClusterId);

        Assert.That(hello.RigId, Is.EqualTo(coordinator.RigId.ToString("D")));
        Assert.That(stream.Certificate, Is.Not.Null);
        Assert.That(rig.Journal.LoadSessionFacts(), Is.EqualTo(new SessionFacts(7, 1000)));
        await RigUnderTest.EventuallyAsync(() => rig.View.Current.Connected, cancellation);
    }

    [Test, CancelAfter(30_000)]
    public async Task Assign_ManyAtOnce_DoNotWaitForEachOther(CancellationToken cancellation)
    {
        var release = new TaskCompletionSource<AssignAnswer>();
        rig.Attempts.OnAssign = _ => new ValueTask<AssignAnswer>(release.Task);
        var stream = await OpenAsync(cancellation);
        await stream.ReceiveAsync(RigMessage.BodyOneofCase.Offer);

        for (var i = 0; i < 50; i++)
        {
            await stream.SendAsync(Assign());
        }

        await RigUnderTest.EventuallyAsync(() => rig.Attempts.Calls.Count == 50, cancellation);
        release.SetResult(new AssignAnswer(null, "", null));
        for (var i = 0; i < 50; i++)
        {
            Assert.That((await stream.ReceiveAsync(RigMessage.BodyOneofCase.Accept)).SessionGen, Is.EqualTo(ScriptedStream.Gen));
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task AcceptConfirmed_LeaseCountsFromWhenAcceptLeft(CancellationToken cancellation)
    {
        var stream = await OpenAsync(cancellation);
        await stream.ReceiveAsync(RigMessage.BodyOneofCase.Offer);
        var assign = Assign();
        var sentAt = rig.Clock.Now;
        await stream.SendAsync(assign);
        var accept = (await stream.ReceiveAsync(RigMessage.BodyOneofCase.Accept)).Accept;
        rig.Time.Advance(TimeSpan.FromSeconds(4));

        await stream.SendAsync(new CoordinatorMessage
        {
            AcceptConfirmed = new AcceptConfirmed { AttemptId = accept.AttemptId, Fence = accept.Fence, Lease = new Lease { LeaseS = 60, OrphanS = 60 } },
        });

        await RigUnderTest.EventuallyAsync(() => !rig.Attempts.ConfirmedSentAt.IsEmpty, cancellation);
        Assert.That(rig.Attempts.ConfirmedSentAt.Values.Single(), Is.EqualTo(sentAt));
    }

    [Test, CancelAfter(30_000)]
    public async Task Assign_AgainstAnOfferThatWasNeverMade_IsRefusedAndNothingRuns(CancellationToken cancellation)
    {
        var stream = await OpenAsync(cancellation);
        var assign = Assign();
        assign.Assign.OfferId = 99;
        await stream.SendAsync(assign);

        var refuse = (await stream.ReceiveAsync(RigMessage.BodyOneofCase.Refuse)).Refuse;

        Assert.That(refuse.Reason, Is.EqualTo(Reason.StaleOffer));
        Assert.That(rig.Attempts.Calls, Is.Empty);
    }

    [Test, CancelAfter(30_000)]
    public async Task HalfOpen_NoHeartbeatIsAnswered_RigComesBackOnANewConnection(CancellationToken cancellation)
    {
        var first = await OpenAsync(cancellation);
        await first.ReceiveAsync(RigMessage.BodyOneofCase.Heartbeat);

        var second = await rig.PassTimeUntilAsync(NextStreamAsync(cancellation));
        await second.OpenAsync(authority.ClusterId);

        await RigUnderTest.EventuallyAsync(() => rig.View.Current.Connected, cancellation);
    }

    [Test, CancelAfter(30_000)]
    public async Task Event_AckLost_IsSentAgainInTheNextSessionAndOnceInEach(CancellationToken cancellation)
    {
        var id = new AttemptId(Guid.NewGuid());
        rig.Attempts.SetOutbox(new EventItem(new AttemptEvent(id, 1, AttemptState.Running, 0, "", ""), new Fence(5)));
        var first = await OpenAsync(cancellation);
        await first.ReceiveAsync(RigMessage.BodyOneofCase.Event);
        rig.Attempts.Change(() => { });
        rig.Attempts.Change(() => rig.Attempts.Offer = FakeAttempts.Free with { Credits = 1 });
        var after = await rig.PassTimeUntilAsync(first.ReceiveAsync(RigMessage.BodyOneofCase.Offer), TimeSpan.FromMilliseconds(10));
        Assert.That(after.Offer.Credits, Is.GreaterThan(0));
        first.Close();

        var second = await rig.PassTimeUntilAsync(NextStreamAsync(cancellation));
        await second.OpenAsync(authority.ClusterId);
        var resent = (await second.ReceiveAsync(RigMessage.BodyOneofCase.Event)).Event;
        await second.SendAsync(new CoordinatorMessage { EventAck = new EventAck { AttemptId = id.ToString(), EventNo = 1 } });

        Assert.That(resent.EventNo, Is.EqualTo(1));
        await RigUnderTest.EventuallyAsync(() => rig.Attempts.Outbox().Count == 0, cancellation);
    }

    [Test, CancelAfter(30_000)]
    public async Task Superseded_RigKeepsItsAttemptsAndComesBack(CancellationToken cancellation)
    {
        var first = await OpenAsync(cancellation);
        await first.SendAsync(new CoordinatorMessage { Superseded = new Superseded { ByAgentEpoch = 9 } });

        var second = await rig.PassTimeUntilAsync(NextStreamAsync(cancellation));
        await second.OpenAsync(authority.ClusterId);

        Assert.That(rig.Attempts.Calls, Is.Empty);
    }

    [Test, CancelAfter(30_000)]
    public async Task Reconnect_RigWaitsAsLongAsItWasAsked(CancellationToken cancellation)
    {
        var first = await OpenAsync(cancellation);
        await first.SendAsync(new CoordinatorMessage { Reconnect = new Reconnect { RetryAfterS = 40 } });
        await RigUnderTest.EventuallyAsync(() => rig.View.Current.NextRetry is not null, cancellation);

        Assert.That(rig.View.Current.NextRetry - rig.Time.GetUtcNow(), Is.InRange(TimeSpan.FromSeconds(40), TimeSpan.FromSeconds(120)));
        await rig.PassTimeUntilAsync(NextStreamAsync(cancellation));
    }

    [Test, CancelAfter(30_000)]
    public async Task OlderCopyOfTheCoordinator_MayNotStopOrStartWork(CancellationToken cancellation)
    {
        await rig.Journal.CommitAsync(new JournalEntry { Session = new SessionFacts(7, 2000) });
        rig.Store.OwnFacts(rig.Store.Load().Current!); // Enrolled in SetUp.
        var id = Guid.NewGuid();
        await rig.StartAsync();
        var stream = await NextStreamAsync(cancellation);
        await stream.OpenAsync(authority.ClusterId, ack => ack.Verdicts.Add(new AttemptVerdict { AttemptId = id.ToString("D"), Verdict = Verdict.Stop }));
        var offer = (await stream.ReceiveAsync(RigMessage.BodyOneofCase.Offer)).Offer;
        await stream.SendAsync(Assign());
        var refuse = (await stream.ReceiveAsync(RigMessage.BodyOneofCase.Refuse)).Refuse;

        Assert.Multiple(() =>
        {
            Assert.That(offer.Credits, Is.Zero);
            Assert.That(refuse.Reason, Is.EqualTo(Reason.CoordinatorStale));
            Assert.That(rig.Attempts.Calls, Is.EqualTo(new[] { $"Hold {id}" }));
            Assert.That(rig.Journal.LoadSessionFacts().IncarnationSeen, Is.EqualTo(2000));
        });
        await RigUnderTest.EventuallyAsync(() => rig.View.Current.Alarm is not null, cancellation);
    }

    [Test, CancelAfter(30_000)]
    public async Task UnknownOrderAndUnknownMessage_AreAnsweredOrPassedOver(CancellationToken cancellation)
    {
        var stream = await OpenAsync(cancellation);
        await stream.SendAsync(new CoordinatorMessage());
        await stream.SendAsync(new CoordinatorMessage { Order = new Order { OrderId = "o1" } });

        var reply = (await stream.ReceiveAsync(RigMessage.BodyOneofCase.OrderReply)).OrderReply;

        Assert.That(reply.Outcome, Is.EqualTo(OrderOutcome.Unsupported));
        Assert.That(reply.OrderId, Is.EqualTo("o1"));
    }

    [Test, CancelAfter(60_000)]
    public async Task GiantMessage_EndsTheSessionAndNotTheAgent(CancellationToken cancellation)
    {
        var first = await OpenAsync(cancellation);
        _ = IgnoringAsync(() => first.SendAsync(new CoordinatorMessage { Order = new Order { OrderId = new string('x', 2 * ProtocolLimits.MaxLargeMessageBytes) } }));

        var second = await rig.PassTimeUntilAsync(NextStreamAsync(cancellation));
        await second.OpenAsync(authority.ClusterId);

        await RigUnderTest.EventuallyAsync(() => rig.View.Current.Connected, cancellation);
    }

    [Test, CancelAfter(60_000)]
    public async Task Flood_TenThousandMessages_HeartbeatStillLeaves(CancellationToken cancellation)
    {
        var stream = await OpenAsync(cancellation);
        var flood = Task.Run(
            async () =>
            {
                for (var i = 0; i < 10_000; i++)
                {
                    await stream.SendAsync(new CoordinatorMessage { EventAck = new EventAck { AttemptId = Guid.NewGuid().ToString("D"), EventNo = 1 } });
                }
            },
            cancellation);

        await stream.ReceiveAsync(RigMessage.BodyOneofCase.Heartbeat);
        await flood;
        await RigUnderTest.EventuallyAsync(() => rig.Attempts.Calls.Count == 10_000, cancellation);
    }

    [Test, CancelAfter(30_000)]
    public async Task DiskRefusesTheSessionsNumbers_NothingIsConfirmedAndTheRigTriesAgain(CancellationToken cancellation)
    {
        rig.Store.OwnFacts(rig.Store.Load().Current!); // Enrolled in SetUp.
        rig.Journal.Fault = new JournalException(Reason.DiskFull, "The disk is full.");
        await rig.StartAsync();
        var first = await NextStreamAsync(cancellation);
        var opening = first.OpenAsync(authority.ClusterId);
        await RigUnderTest.EventuallyAsync(() => rig.View.Current.NextRetry is not null, cancellation);
        Assert.That(opening.IsCompletedSuccessfully, Is.False);
        rig.Journal.Fault = null;

        var second = await rig.PassTimeUntilAsync(NextStreamAsync(cancellation));
        await second.OpenAsync(authority.ClusterId);
        Assert.That(async () => await opening, Throws.Exception);
    }

    private static async Task IgnoringAsync(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException or AssertionException)
        {
            // The rig closed the stream, as it should.
        }
    }

    private static CoordinatorMessage Assign() => new()
    {
        Assign = new Assign
        {
            OfferId = 1,
            AttemptId = Guid.NewGuid().ToString("D"),
            JobId = Guid.NewGuid().ToString("D"),
            Fence = 1,
            AttemptNo = 1,
            Spec = new Protocol.V1.JobSpec { Name = "j", Process = new Protocol.V1.ProcessSpec { Command = { "/bin/true" } } },
        },
    };

    private async Task<ScriptedStream> NextStreamAsync(CancellationToken cancellation) => await coordinator.Streams.Reader.ReadAsync(cancellation);

    private async Task<ScriptedStream> OpenAsync(CancellationToken cancellation)
    {
        await rig.StartAsync();
        var stream = await NextStreamAsync(cancellation);
        await stream.OpenAsync(authority.ClusterId);
        return stream;
    }
}
