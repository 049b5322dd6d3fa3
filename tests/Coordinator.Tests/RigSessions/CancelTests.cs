using Rigshift.Coordinator.Tests.Live;
using Rigshift.Protocol.V1;
using Rigshift.Rules;
using Message = Rigshift.Protocol.V1.CoordinatorMessage.BodyOneofCase;
using Outcome = Rigshift.Protocol.V1.Outcome;

namespace Rigshift.Coordinator.Tests.RigSessions;

/// <summary>Cancel against everything it can race with.</summary>
[CancelAfter(30_000)]
internal sealed class CancelTests
{
    private LiveCoordinator coordinator = null!; // Made by SetUp.

    [SetUp]
    public async Task StartAsync() => coordinator = await LiveCoordinator.StartAsync();

    [TearDown]
    public async Task StopAsync() => await coordinator.DisposeAsync();

    [Test]
    public async Task Cancel_WaitingJob_EndsItAtOnceAndNoRigGetsIt()
    {
        var job = await coordinator.SubmitAsync();
        var cancelled = await coordinator.Jobs.CancelAsync(new CancelJobRequest { JobId = job.JobId });
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        await session.OfferAsync();
        var next = await coordinator.SubmitAsync();
        var assign = await session.TakeAsync();
        using var scope = Assert.EnterMultipleScope();
        Assert.That(cancelled.State, Is.EqualTo(JobState.Cancelled));
        Assert.That(assign.JobId, Is.EqualTo(next.JobId));
    }

    [Test]
    public async Task Cancel_RunningJob_OrdersTheRigAndEndsWithItsWord()
    {
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        await session.OfferAsync();
        var job = await coordinator.SubmitAsync();
        var assign = await session.TakeAsync();
        var asked = await coordinator.Jobs.CancelAsync(new CancelJobRequest { JobId = job.JobId });
        var order = (await session.ExpectAsync(Message.Order)).Order;
        var ack = await session.FinishAsync(assign, Outcome.Cancelled, Reason.Cancelled);
        var ended = await coordinator.WaitAsync(job.JobId, one => one.EndedUnixMs > 0);
        using var scope = Assert.EnterMultipleScope();
        Assert.That(asked.CancelRequested, Is.True);
        Assert.That(order.Cancel.Fence, Is.EqualTo(assign.Fence));
        Assert.That(ack.Verdict, Is.EqualTo(ResultVerdict.Committed));
        Assert.That(ended.State, Is.EqualTo(JobState.Cancelled));
    }

    [Test]
    public async Task Cancel_ResultIsFirst_TheResultStands()
    {
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        await session.OfferAsync();
        var job = await coordinator.SubmitAsync();
        var assign = await session.TakeAsync();
        await coordinator.Jobs.CancelAsync(new CancelJobRequest { JobId = job.JobId });
        // The program had ended before the order arrived.
        await session.FinishAsync(assign);
        var again = await coordinator.Jobs.CancelAsync(new CancelJobRequest { JobId = job.JobId });
        Assert.That(again.State, Is.EqualTo(JobState.Succeeded));
    }

    [Test]
    public async Task Cancel_AtTheSameTimeAsTheResult_EndsOnceWithOneOfBoth()
    {
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        for (var round = 0; round < 20; round++)
        {
            await session.OfferAsync();
            var job = await coordinator.SubmitAsync();
            var assign = await session.TakeAsync();
            var cancel = coordinator.Jobs.CancelAsync(new CancelJobRequest { JobId = job.JobId }).ResponseAsync;
            var ack = await session.FinishAsync(assign);
            await cancel;
            var ended = await coordinator.Jobs.GetAsync(new GetJobRequest { JobId = job.JobId });
            Assert.That((ack.Verdict, ended.State), Is.EqualTo((ResultVerdict.Committed, JobState.Succeeded)), "only the rig's word ends a running job");
        }
    }

    [Test]
    public async Task Cancel_RigIsAway_TheOrderWaitsForItsReturn()
    {
        var rig = await coordinator.EnrollAsync();
        Assign assign;
        Job job;
        using (var session = await rig.ConnectAsync())
        {
            await session.OfferAsync();
            job = await coordinator.SubmitAsync();
            assign = await session.TakeAsync();
        }

        await coordinator.Jobs.CancelAsync(new CancelJobRequest { JobId = job.JobId });
        await coordinator.RestartAsync();
        using var back = await rig.ConnectAsync(FakeRig.Report(assign, AttemptPhase.Running));
        var order = (await back.ExpectAsync(Message.Order)).Order;
        using var scope = Assert.EnterMultipleScope();
        Assert.That(back.Ack.Verdicts.Single().Verdict, Is.EqualTo(Verdict.Stop));
        Assert.That(order.Cancel.AttemptId, Is.EqualTo(assign.AttemptId));
    }

    [Test]
    public async Task Cancel_AssignmentIsRefusedAsTombstoned_EndsTheJob()
    {
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        await session.OfferAsync();
        var job = await coordinator.SubmitAsync();
        var assign = (await session.ExpectAsync(Message.Assign)).Assign;
        await coordinator.Jobs.CancelAsync(new CancelJobRequest { JobId = job.JobId });
        await session.RefuseAsync(assign, Reason.Tombstoned);
        var ended = await coordinator.WaitAsync(job.JobId, one => one.EndedUnixMs > 0);
        Assert.That(ended.State, Is.EqualTo(JobState.Cancelled));
    }
}
