using Rigshift.Coordinator.Tests.Live;
using Rigshift.Protocol.V1;
using Rigshift.Rules;
using Message = Rigshift.Protocol.V1.CoordinatorMessage.BodyOneofCase;

namespace Rigshift.Coordinator.Tests.RigSessions;

/// <summary>One session per rig, whoever else claims to be it.</summary>
[CancelAfter(30_000)]
internal sealed class SessionOwnershipTests
{
    private LiveCoordinator coordinator = null!; // Made by SetUp.

    [SetUp]
    public async Task StartAsync() => coordinator = await LiveCoordinator.StartAsync(options =>
    {
        options.Leases.Interactive = new() { LeaseSeconds = 1, OrphanSeconds = 1 };
        options.Leases.AcceptSeconds = 1;
    });

    [TearDown]
    public async Task StopAsync() => await coordinator.DisposeAsync();

    [Test]
    public async Task Session_SecondOfTheSameRig_SupersedesAtOnceAndTheFirstIsTold()
    {
        var rig = await coordinator.EnrollAsync();
        using var old = await rig.ConnectAsync();
        using var newer = await rig.ConnectAsync();
        await old.ExpectAsync(Message.Superseded);
        await newer.OfferAsync();
        var job = await coordinator.SubmitAsync();
        Assert.That((await newer.TakeAsync()).JobId, Is.EqualTo(job.JobId));
    }

    [Test]
    public async Task Hello_OlderEpochWhileANewerIsLive_DoesNotTakeOver()
    {
        var rig = await coordinator.EnrollAsync();
        var older = rig.NewHello();
        using var live = await rig.ConnectAsync();
        older.StateGen = rig.StateGen;
        using var refused = await rig.OpenAsync(older);
        await live.BeatAsync();
        using var scope = Assert.EnterMultipleScope();
        Assert.That(refused.First.BodyCase, Is.EqualTo(Message.Superseded));
        Assert.That((await live.ExpectAsync(Message.HeartbeatAck)).HeartbeatAck.Sequence, Is.EqualTo(1));
    }

    [Test]
    public async Task Hello_CopyOfTheDiskOnOtherHardware_MustEnrollAgainAndTheRigGoesOn()
    {
        var rig = await coordinator.EnrollAsync();
        rig.Anchors = "aa";
        using var live = await rig.ConnectAsync();
        var copy = rig.NewHello();
        copy.AnchorsHash = "bb";
        using var refused = await rig.OpenAsync(copy);
        await live.BeatAsync();
        using var scope = Assert.EnterMultipleScope();
        Assert.That(refused.First.HelloRefused?.Reason, Is.EqualTo(Reason.ReenrollAsClone));
        Assert.That(await live.ExpectAsync(Message.HeartbeatAck), Is.Not.Null);
    }

    [Test]
    public async Task Message_OfAnotherGeneration_IsRefused()
    {
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        await session.OfferAsync();
        var job = await coordinator.SubmitAsync();
        var assign = await session.TakeAsync();
        await session.SendAsync(new RigMessage { Result = FakeSession.ResultOf(assign) }, generation: session.Generation - 1);
        await session.BeatAsync();
        await session.ExpectAsync(Message.HeartbeatAck);
        Assert.That((await coordinator.Jobs.GetAsync(new GetJobRequest { JobId = job.JobId })).State, Is.EqualTo(JobState.Running));
    }
}
