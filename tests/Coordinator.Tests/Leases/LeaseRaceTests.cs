using Microsoft.Extensions.DependencyInjection;
using Rigshift.Coordinator.Leases;
using Rigshift.Coordinator.Tests.Live;
using Rigshift.Protocol.V1;
using Message = Rigshift.Protocol.V1.CoordinatorMessage.BodyOneofCase;

namespace Rigshift.Coordinator.Tests.Leases;

/// <summary>A rig's word that comes while the sweep has taken its ended lease out and not yet put the loss on record.</summary>
[CancelAfter(30_000)]
internal sealed class LeaseRaceTests
{
    private LiveCoordinator coordinator = null!; // Made by SetUp.
    private FakeRig rig = null!; // Made by SetUp.

    [SetUp]
    public async Task StartAsync()
    {
        coordinator = await LiveCoordinator.StartAsync();
        rig = await coordinator.EnrollAsync();
    }

    [TearDown]
    public async Task StopAsync() => await coordinator.DisposeAsync();

    [Test]
    public async Task Sweep_HeartbeatCameFirst_TheRigThatWasToldToContinueKeepsTheJob()
    {
        using var session = await rig.ConnectAsync();
        var assign = await TakeAsync(session);
        var swept = TakeOut(assign);
        await session.BeatAsync(new HeldAttempt { AttemptId = assign.AttemptId, Fence = assign.Fence, Phase = AttemptPhase.Running });
        var renewal = (await session.ExpectAsync(Message.HeartbeatAck)).HeartbeatAck.Renewals.Single();
        await coordinator.Server.Services.GetRequiredService<LeaseSweep>().LoseAsync(swept);
        await AssertStillItsOwnAsync(assign, renewal.Verdict);
    }

    [Test]
    public async Task Sweep_HelloCameFirst_TheRigThatWasToldToContinueKeepsTheJob()
    {
        Assign assign;
        using (var before = await rig.ConnectAsync())
        {
            assign = await TakeAsync(before);
        }

        var swept = TakeOut(assign);
        using var session = await rig.ConnectAsync(FakeRig.Report(assign, AttemptPhase.Running));
        await coordinator.Server.Services.GetRequiredService<LeaseSweep>().LoseAsync(swept);
        await AssertStillItsOwnAsync(assign, session.Ack.Verdicts.Single().Verdict);
    }

    [Test]
    public async Task Heartbeat_FinishedAttemptWhoseLeaseEnded_IsWatchedUntilItsResultIsIn()
    {
        using var session = await rig.ConnectAsync();
        var assign = await TakeAsync(session);
        await session.OfferAsync(credits: 0); // No place is left, so that the lost job waits.
        await session.BeatAsync();
        await session.ExpectAsync(Message.HeartbeatAck);
        await coordinator.Server.Services.GetRequiredService<LeaseSweep>().LoseAsync(TakeOut(assign));
        await session.BeatAsync(new HeldAttempt { AttemptId = assign.AttemptId, Fence = assign.Fence, Phase = AttemptPhase.Finished });
        await session.ExpectAsync(Message.HeartbeatAck);
        var job = await coordinator.Jobs.GetAsync(new GetJobRequest { JobId = assign.JobId });
        using var scope = Assert.EnterMultipleScope();
        Assert.That(job.State, Is.EqualTo(JobState.Running), "nobody else gets what is done already");
        Assert.That(Table.Find(Guid.Parse(assign.AttemptId)), Is.Not.Null, "should the result never come, the job goes elsewhere");
    }

    private LeaseTable Table => coordinator.Server.Services.GetRequiredService<LeaseTable>();

    private async Task<Assign> TakeAsync(FakeSession session)
    {
        await session.OfferAsync(credits: 1);
        await coordinator.SubmitAsync();
        return await session.TakeAsync();
    }

    /// <summary>What the sweep does first.</summary>
    private LiveAttempt TakeOut(Assign assign)
    {
        var taken = Table.Find(Guid.Parse(assign.AttemptId));
        Table.Drop(Guid.Parse(assign.AttemptId));
        return taken!; // Taken on just before.
    }

    private async Task AssertStillItsOwnAsync(Assign assign, Verdict told)
    {
        var job = await coordinator.Jobs.GetAsync(new GetJobRequest { JobId = assign.JobId });
        using var scope = Assert.EnterMultipleScope();
        Assert.That(told, Is.EqualTo(Verdict.Continue));
        Assert.That(job.State, Is.EqualTo(JobState.Running));
        Assert.That(job.Attempts, Has.Count.EqualTo(1));
        Assert.That(Table.Find(Guid.Parse(assign.AttemptId)), Is.Not.Null);
    }
}
