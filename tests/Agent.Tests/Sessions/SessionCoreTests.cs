using System.Collections.Immutable;
using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Agent.Sessions.Core;
using Rigshift.Agent.Storage;
using Rigshift.Protocol.V1;
using Rigshift.Rules;
using AttemptEvent = Rigshift.Agent.Model.AttemptEvent;
using AttemptReport = Rigshift.Agent.Jobs.AttemptReport;

namespace Rigshift.Agent.Tests.Sessions;

/// <summary>Every phase with every input: what the session does, as a table.</summary>
internal sealed class SessionCoreTests
{
    private const ulong Gen = 9;

    private static readonly Guid Cluster = Guid.NewGuid();
    private static readonly AttemptId Id = new(Guid.NewGuid());
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(100);
    private static readonly EventItem Fact = new(new AttemptEvent(Id, 1, AttemptState.Running, 0, "", ""), new Fence(5));

    private static readonly Dictionary<string, SessionInput> Inputs = new()
    {
        ["HelloAck"] = Message(new CoordinatorMessage { HelloAck = new HelloAck { SessionGen = Gen, Incarnation = 3, ClusterId = Cluster.ToString("D"), NewStateGen = 4 } }),
        ["HelloRefused"] = Message(new CoordinatorMessage { HelloRefused = new HelloRefused { Reason = Reason.RigUnknown } }),
        ["HeartbeatAck"] = Message(new CoordinatorMessage { HeartbeatAck = new HeartbeatAck { Sequence = 1, Renewals = { new Renewal { AttemptId = Id.ToString() } } } }),
        ["Assign"] = Message(new CoordinatorMessage
        {
            Assign = new Assign { OfferId = 1, AttemptId = Id.ToString(), JobId = Id.ToString(), Fence = 5, Spec = new Protocol.V1.JobSpec { Process = new Protocol.V1.ProcessSpec { Command = { "x" } } } },
        }),
        ["AcceptConfirmed"] = Message(new CoordinatorMessage { AcceptConfirmed = new AcceptConfirmed { AttemptId = Id.ToString(), Fence = 5, Lease = new Lease { LeaseS = 60 } } }),
        ["EventAck"] = Message(new CoordinatorMessage { EventAck = new EventAck { AttemptId = Id.ToString(), EventNo = 1 } }),
        ["ResultAck"] = Message(new CoordinatorMessage { ResultAck = new ResultAck { AttemptId = Id.ToString(), Verdict = Protocol.V1.ResultVerdict.Committed } }),
        ["Cancel"] = Message(new CoordinatorMessage { Order = new Order { OrderId = "o", Cancel = new CancelOrder { AttemptId = Id.ToString() } } }),
        ["Drain"] = Message(new CoordinatorMessage { Order = new Order { OrderId = "o", Drain = new DrainOrder() } }),
        ["Resume"] = Message(new CoordinatorMessage { Order = new Order { OrderId = "o", Resume = new ResumeOrder() } }),
        ["Reconnect"] = Message(new CoordinatorMessage { Reconnect = new Reconnect() }),
        ["Superseded"] = Message(new CoordinatorMessage { Superseded = new Superseded() }),
        ["Unknown"] = Message(new CoordinatorMessage()),
        ["OtherGeneration"] = Message(new CoordinatorMessage { SessionGen = 1, Reconnect = new Reconnect() }),
        ["Stored"] = new AckStored(Now, true),
        ["NotStored"] = new AckStored(Now, false),
        ["Tick"] = new ClockTicked(Now, 0.5),
        ["HeartbeatReady"] = new HeartbeatReady(Now, [new AttemptReport(Id, new JobId(Id.Value), new Fence(5), AttemptState.Running, 1, null, true)]),
        ["Changed"] = new AttemptsChanged(Now, [Fact], 0, FakeAttempts.Free, [new ProgressReport(Id, new Fence(5), 1, 2, "images")]),
        ["Accepted"] = new AssignAnswered(Now, Id, new Fence(5), new AssignAnswer(null, "", null)),
        ["Refused"] = new AssignAnswered(Now, Id, new Fence(5), new AssignAnswer(Reason.NoCredit, "", null)),
        ["OrderAnswered"] = new OrderAnswered(Now, "o", new OrderAnswer(null)),
    };

    // Rows: inputs. Columns: AwaitingAck, Confirming, Open, Open and distrusted, Closed.
    private static readonly string[][] Table =
    [
        ["HelloAck", "StoreAck", "Ignored", "Ignored", "Ignored", ""],
        ["HelloRefused", "Close:Refused", "Ignored", "Ignored", "Ignored", ""],
        ["HeartbeatAck", "Close:ProtocolViolated", "Close:ProtocolViolated", "ApplyVerdict", "ApplyVerdict", ""],
        ["Assign", "Close:ProtocolViolated", "Close:ProtocolViolated", "TakeAssignment", "Send:Refuse", ""],
        ["AcceptConfirmed", "Close:ProtocolViolated", "Close:ProtocolViolated", "ConfirmAttempt", "ConfirmAttempt", ""],
        ["EventAck", "Close:ProtocolViolated", "Close:ProtocolViolated", "AckEvents", "Ignored", ""],
        ["ResultAck", "Close:ProtocolViolated", "Close:ProtocolViolated", "AckResult", "Ignored", ""],
        ["Cancel", "Close:ProtocolViolated", "Close:ProtocolViolated", "CancelAttempt", "Send:OrderReply", ""],
        ["Drain", "Close:ProtocolViolated", "Close:ProtocolViolated", "DrainRig", "Send:OrderReply", ""],
        ["Resume", "Close:ProtocolViolated", "Close:ProtocolViolated", "ResumeRig", "Send:OrderReply", ""],
        ["Reconnect", "Close:AskedToReconnect", "Close:AskedToReconnect", "Close:AskedToReconnect", "Close:AskedToReconnect", ""],
        ["Superseded", "Close:Superseded", "Close:Superseded", "Close:Superseded", "Close:Superseded", ""],
        ["Unknown", "Close:ProtocolViolated", "Ignored", "Ignored", "Ignored", ""],
        ["OtherGeneration", "Close:AskedToReconnect", "Ignored", "Ignored", "Ignored", ""],
        ["Stored", "", "Send:HelloConfirm,Opened", "", "", ""],
        ["NotStored", "", "Close:DiskRefused", "", "", ""],
        ["Tick", "Close:Silent", "Close:Silent", "GatherHeartbeat", "GatherHeartbeat", ""],
        ["HeartbeatReady", "", "", "Send:Heartbeat", "Send:Heartbeat", ""],
        ["Changed", "", "", "Send:Event,Send:Progress,Send:Offer", "Send:Progress,Send:Offer", ""],
        ["Accepted", "", "", "Send:Accept", "Send:Accept", ""],
        ["Refused", "", "", "Send:Refuse", "Send:Refuse", ""],
        ["OrderAnswered", "", "", "Send:OrderReply", "Send:OrderReply", ""],
    ];

    public static IEnumerable<TestCaseData> Pairs() =>
        from row in Table from column in Enumerable.Range(0, 5) select new TestCaseData(column, row[0], row[column + 1]);

    [TestCaseSource(nameof(Pairs))]
    public void Step_EveryPhaseAndInput_DoesWhatTheTableSays(int column, string input, string expected)
    {
        var step = SessionCore.Step(States()[column], Inputs[input]);

        Assert.That(string.Join(',', step.Effects.Select(Name)), Is.EqualTo(expected));
        Assert.That(step.State.Phase == SessionPhase.Closed, Is.EqualTo(column == 4 || expected.StartsWith("Close", StringComparison.Ordinal)));
    }

    [Test]
    public void Table_NamesEveryInput() => Assert.That(Table.Select(r => r[0]), Is.EquivalentTo(Inputs.Keys));

    [Test]
    public void Outbox_ItemGoesOncePerSessionUnlessItsSendNumberGrows()
    {
        var once = SessionCore.Step(States()[2], Inputs["Changed"]).State;
        var same = SessionCore.Step(once, Inputs["Changed"]);
        var again = SessionCore.Step(once, new AttemptsChanged(Now, [Fact with { SendNo = 1 }], 0, FakeAttempts.Free, []));

        Assert.That(same.Effects.Select(Name), Has.None.EqualTo("Send:Event"));
        Assert.That(again.Effects.Select(Name), Has.One.EqualTo("Send:Event"));
    }

    [Test]
    public void Outbox_CoordinatorThatAcksNothing_GetsNoMoreThanTheWindow()
    {
        var many = Enumerable.Range(1, OutboundFlow.Window + 50).Select(n => Fact with { Event = Fact.Event with { EventNo = (ulong)n } }).ToList();
        var first = SessionCore.Step(States()[2], new AttemptsChanged(Now, many, 0, FakeAttempts.Free, []));
        var afterAck = SessionCore.Step(first.State, new AttemptsChanged(Now, [.. many.Skip(10)], 0, FakeAttempts.Free, []));

        Assert.That(first.Effects.Count(e => Name(e) == "Send:Event"), Is.EqualTo(OutboundFlow.Window));
        Assert.That(afterAck.Effects.Count(e => Name(e) == "Send:Event"), Is.EqualTo(10));
    }

    [Test]
    public void Offer_ChangesWithinTheSpacing_AreSentAsOneWhenItsTimeHasCome()
    {
        var first = SessionCore.Step(States()[2], Inputs["Changed"]).State;
        var less = FakeAttempts.Free with { Credits = 1 };
        var early = SessionCore.Step(first, new AttemptsChanged(Now, [Fact], 1, less, []));
        var due = OutboundFlow.NextDue(early.State);
        var late = SessionCore.Step(early.State, new AttemptsChanged(due, [Fact], 2, less, []));

        Assert.That(early.Effects, Is.Empty);
        Assert.That(due - Now, Is.EqualTo(OutboundFlow.OfferSpacing));
        var offer = ((Send)late.Effects.Single()).Message.Offer;
        Assert.That((offer.OfferId, offer.AssignsSeen, offer.Credits), Is.EqualTo((3ul, 2ul, 1u)));
    }

    [Test]
    public void Offer_NothingChanges_IsRepeatedBeforeItRunsOut()
    {
        var first = SessionCore.Step(States()[2], Inputs["Changed"]).State;
        var due = OutboundFlow.NextDue(first);

        Assert.That(due - Now, Is.LessThan(OutboundFlow.OfferTtl));
        Assert.That(SessionCore.Step(first, new AttemptsChanged(due, [Fact], 0, FakeAttempts.Free, [])).Effects.Select(Name), Is.EqualTo(new[] { "Send:Offer" }));
    }

    [Test]
    public void Progress_ManyReportsInOneSecond_AtMostTwoLeaveAndTheLatestWins()
    {
        var state = States()[2];
        var sent = new List<Progress>();
        for (var i = 0; i <= 100; i++)
        {
            var step = SessionCore.Step(state, new AttemptsChanged(Now + TimeSpan.FromMilliseconds(i * 10), [], 0, FakeAttempts.Free, [new ProgressReport(Id, new Fence(5), (ulong)i, 100, "images")]));
            state = step.State;
            sent.AddRange(step.Effects.OfType<Send>().Where(s => s.Message.Progress is not null).Select(s => s.Message.Progress));
        }

        Assert.That(sent.Select(p => p.Done), Is.EqualTo(new ulong[] { 0, 50, 100 }));
    }

    [Test]
    public void Heartbeat_UnansweredPastItsTime_ClosesTheSession()
    {
        var sent = SessionCore.Step(States()[2], Inputs["HeartbeatReady"]).State;
        var before = SessionCore.Step(sent, new ClockTicked(Now + TimeSpan.FromSeconds(29), 0));
        var after = SessionCore.Step(sent, new ClockTicked(Now + TimeSpan.FromSeconds(130), 0));

        Assert.That(before.State.Phase, Is.EqualTo(SessionPhase.Open));
        Assert.That(after.Effects.Select(Name), Is.EqualTo(new[] { "Close:Silent" }));
    }

    [Test]
    public void Reconnect_DelayStaysUnderTheCeilingForEver([Values(0, 1, 6, 1000)] int failures, [Values(0, 40, 100_000)] int retryAfterS, [Values(0.0, 1.0)] double random)
    {
        var delay = ReconnectPolicy.Delay(failures, TimeSpan.FromSeconds(retryAfterS), random);

        Assert.That(delay, Is.InRange(TimeSpan.FromSeconds(Math.Min(retryAfterS, 120)), ReconnectPolicy.Ceiling));
    }

    private static SessionState[] States()
    {
        var awaiting = SessionState.Begin(Cluster, SessionFacts.None, TimeSpan.Zero);
        var confirming = awaiting with { Phase = SessionPhase.Confirming, SessionGen = Gen, Facts = new SessionFacts(4, 3) };
        var open = confirming with
        {
            Phase = SessionPhase.Open,
            Offers = new OfferTrack { LastId = 1 },
            Accepts = ImmutableDictionary<AttemptId, SentAccept>.Empty.Add(Id, new SentAccept(new Fence(5), Now)),
            Unanswered = ImmutableSortedDictionary<ulong, TimeSpan>.Empty.Add(1, Now),
            HeartbeatSequence = 1,
        };
        return [awaiting, confirming, open, open with { Distrusted = true }, open with { Phase = SessionPhase.Closed }];
    }

    private static MessageReceived Message(CoordinatorMessage message)
    {
        message.SessionGen = message.SessionGen == 0 ? Gen : message.SessionGen;
        return new MessageReceived(Now, message);
    }

    private static string Name(SessionEffect effect) => effect switch
    {
        Send send => $"Send:{send.Message.BodyCase}",
        Close close => $"Close:{close.End.Kind}",
        _ => effect.GetType().Name,
    };
}
