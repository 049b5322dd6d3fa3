using Rigshift.Coordinator.Tests.Live;
using Rigshift.Protocol.V1;
using Rigshift.Rules;
using Message = Rigshift.Protocol.V1.CoordinatorMessage.BodyOneofCase;
using Outcome = Rigshift.Protocol.V1.Outcome;

namespace Rigshift.Coordinator.Tests.RigSessions;

/// <summary>What each end knows after the other was gone.</summary>
[CancelAfter(30_000)]
internal sealed class ReconcileTests
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
    public async Task Restart_JobsInEveryState_NothingIsLostAndNothingRunsTwice()
    {
        var rig = await coordinator.EnrollAsync();
        Assign accepted, finished;
        Job assignedOnly, pending;
        using (var session = await rig.ConnectAsync())
        {
            await session.OfferAsync();
            var done = await coordinator.SubmitAsync();
            Assert.That((await session.FinishAsync(await session.TakeAsync())).Verdict, Is.EqualTo(ResultVerdict.Committed), done.JobId);
            await coordinator.SubmitAsync();
            accepted = await session.TakeAsync();
            await coordinator.SubmitAsync();
            finished = await session.TakeAsync();
            assignedOnly = await coordinator.SubmitAsync();
            await session.ExpectAsync(Message.Assign);
            pending = await coordinator.SubmitAsync(spec => spec.Resources = new Resources { Gpus = 8 });
            await coordinator.RestartAsync();
        }

        using var after = await rig.ConnectAsync(FakeRig.Report(accepted, AttemptPhase.Running), FakeRig.Report(finished, AttemptPhase.Finished, live: false));
        var verdicts = after.Ack.Verdicts.ToDictionary(verdict => verdict.AttemptId, verdict => verdict.Verdict);
        var late = await after.FinishAsync(finished);
        await after.OfferAsync();
        var again = await after.TakeAsync();
        var waiting = await coordinator.Jobs.GetAsync(new GetJobRequest { JobId = pending.JobId });
        var running = await coordinator.Jobs.GetAsync(new GetJobRequest { JobId = accepted.JobId });
        using var scope = Assert.EnterMultipleScope();
        Assert.That(verdicts[accepted.AttemptId], Is.EqualTo(Verdict.Continue));
        Assert.That(verdicts[finished.AttemptId], Is.EqualTo(Verdict.Resend));
        Assert.That(late.Verdict, Is.EqualTo(ResultVerdict.Committed));
        Assert.That(again.JobId, Is.EqualTo(assignedOnly.JobId), "the assignment that the rig never saw is made again");
        Assert.That(waiting.State, Is.EqualTo(JobState.Pending));
        Assert.That(running.Attempts, Has.Count.EqualTo(1), "the running job was not given away");
    }

    [Test]
    public async Task Lease_EndsWithoutAWord_JobGoesToAnotherRigAndTheOldResultIsFenced()
    {
        var first = await coordinator.EnrollAsync("rig-1");
        Assign lost;
        using (var session = await first.ConnectAsync())
        {
            await session.OfferAsync();
            await coordinator.SubmitAsync(spec => spec.LeaseClass = LeaseClass.Interactive);
            lost = await session.TakeAsync();
        }

        var second = await coordinator.EnrollAsync("rig-2");
        using var other = await second.ConnectAsync();
        await other.OfferAsync();
        var replacement = await other.TakeAsync();
        await other.EventAsync(replacement, 1, AttemptPhase.Running);
        await other.ExpectAsync(Message.EventAck);
        using var back = await first.ConnectAsync(FakeRig.Report(lost, AttemptPhase.Running));
        var late = await back.FinishAsync(lost);
        using var scope = Assert.EnterMultipleScope();
        Assert.That(replacement.Fence, Is.GreaterThan(lost.Fence));
        Assert.That(back.Ack.Verdicts.Single().Verdict, Is.EqualTo(Verdict.Stop));
        Assert.That(late.Verdict, Is.EqualTo(ResultVerdict.Fenced));
        Assert.That((await other.FinishAsync(replacement)).Verdict, Is.EqualTo(ResultVerdict.Committed));
    }

    [Test]
    public async Task Lease_EndsAndNoOtherRigTakesTheJob_TheLateResultCounts()
    {
        var rig = await coordinator.EnrollAsync();
        Assign lost;
        using (var session = await rig.ConnectAsync())
        {
            await session.OfferAsync();
            var job = await coordinator.SubmitAsync(spec => spec.LeaseClass = LeaseClass.Interactive);
            lost = await session.TakeAsync();
            session.Dispose();
            await coordinator.WaitAsync(job.JobId, one => one.State == JobState.Pending);
        }

        using var back = await rig.ConnectAsync(FakeRig.Report(lost, AttemptPhase.Finished, live: false));
        await back.OfferAsync(); // What is done already must not be given out again while its result is on the way.
        Assert.That((await back.FinishAsync(lost)).Verdict, Is.EqualTo(ResultVerdict.Committed));
        Assert.That(back.HasReceived(Message.Assign), Is.False);
    }

    [Test]
    public async Task Return_ReplacementHasNotStarted_TheFirstKeepsItsWorkUnderANewFence()
    {
        var first = await coordinator.EnrollAsync("rig-1");
        Assign lost;
        using (var session = await first.ConnectAsync())
        {
            await session.OfferAsync();
            await coordinator.SubmitAsync(spec => spec.LeaseClass = LeaseClass.Interactive);
            lost = await session.TakeAsync();
        }

        var second = await coordinator.EnrollAsync("rig-2");
        using var other = await second.ConnectAsync();
        await other.OfferAsync();
        var replacement = await other.TakeAsync();
        using var back = await first.ConnectAsync(FakeRig.Report(lost, AttemptPhase.Running));
        var verdict = back.Ack.Verdicts.Single();
        var revoked = (await other.ExpectAsync(Message.Order)).Order;
        var late = await other.FinishAsync(replacement);
        using var scope = Assert.EnterMultipleScope();
        Assert.That(verdict.Verdict, Is.EqualTo(Verdict.Continue));
        Assert.That(verdict.NewFence, Is.GreaterThan(replacement.Fence));
        Assert.That(revoked.Cancel.AttemptId, Is.EqualTo(replacement.AttemptId));
        Assert.That(late.Verdict, Is.EqualTo(ResultVerdict.Fenced));
        Assert.That((await back.FinishAsync(lost)).Verdict, Is.EqualTo(ResultVerdict.Committed));
    }

    [Test]
    public async Task Assignment_NotAnswered_IsMadeAgainElsewhere()
    {
        var first = await coordinator.EnrollAsync("rig-1");
        using var silent = await first.ConnectAsync();
        await silent.OfferAsync();
        var job = await coordinator.SubmitAsync();
        await silent.ExpectAsync(Message.Assign);
        var second = await coordinator.EnrollAsync("rig-2");
        using var taker = await second.ConnectAsync();
        await taker.OfferAsync();
        Assert.That((await taker.TakeAsync()).JobId, Is.EqualTo(job.JobId));
    }

    [Test]
    public async Task Hello_AttemptNobodyKnows_IsHeldNotStopped()
    {
        var rig = await coordinator.EnrollAsync();
        var strange = new AttemptReport { AttemptId = Guid.NewGuid().ToString("D"), JobId = Guid.NewGuid().ToString("D"), Fence = 5, Phase = AttemptPhase.Running, Live = true };
        using var session = await rig.ConnectAsync(strange);
        Assert.That(session.Ack.Verdicts.Single().Verdict, Is.EqualTo(Verdict.Hold));
    }

    [Test]
    public async Task Hello_AttemptNewerThanTheDatabase_IsAdoptedAndCommits()
    {
        var rig = await coordinator.EnrollAsync();
        var job = await coordinator.SubmitAsync();
        var assign = new Assign { AttemptId = Guid.NewGuid().ToString("D"), JobId = job.JobId, Fence = Fence.Create(4_000_000_000, 7).Value };
        using var session = await rig.ConnectAsync(FakeRig.Report(assign, AttemptPhase.Running));
        var ack = await session.FinishAsync(assign);
        using var scope = Assert.EnterMultipleScope();
        Assert.That(session.Ack.Verdicts.Single().Verdict, Is.EqualTo(Verdict.Continue));
        Assert.That(ack.Verdict, Is.EqualTo(ResultVerdict.Committed));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Hello_FromARigThatKnowsMoreThanTheDatabase_JobsFromBeforeTheStartAreNotGivenOut(bool byIncarnation)
    {
        var rig = await coordinator.EnrollAsync();
        var old = await coordinator.SubmitAsync();
        await coordinator.RestartAsync();
        var hello = rig.NewHello();
        hello.IncarnationSeen = byIncarnation ? uint.MaxValue : 0;
        hello.StateGen = byIncarnation ? 0 : Fence.Create(uint.MaxValue, 1).Value;
        using var session = await rig.OpenAsync(hello);
        await session.ConfirmAsync();
        await session.OfferAsync();
        var fresh = await coordinator.SubmitAsync();
        var first = await session.TakeAsync();
        var held = await coordinator.Jobs.GetAsync(new GetJobRequest { JobId = old.JobId });
        using var scope = Assert.EnterMultipleScope();
        Assert.That(first.JobId, Is.EqualTo(fresh.JobId), "what came after the start was done by nobody");
        Assert.That(held.State, Is.EqualTo(JobState.Pending));
        Assert.That(held.Detail, Does.Contain("waits for rigs"));
    }

    [Test]
    public async Task Restart_RigThatWasConnectedIsNotBackYet_JobsFromBeforeWaitForItsWord()
    {
        var here = await coordinator.EnrollAsync("rig-1");
        var away = await coordinator.EnrollAsync("rig-2");
        await coordinator.EnrollAsync("rig-3"); // Never connected: nobody waits for it.
        using (await here.ConnectAsync())
        using (await away.ConnectAsync())
        {
            await coordinator.SubmitAsync();
            await coordinator.RestartAsync();
        }

        using var session = await here.ConnectAsync();
        await session.OfferAsync();
        var fresh = await coordinator.SubmitAsync();
        var first = await session.TakeAsync();
        using var returned = await away.ConnectAsync();
        var second = await session.TakeAsync();
        using var scope = Assert.EnterMultipleScope();
        Assert.That(first.JobId, Is.EqualTo(fresh.JobId));
        Assert.That(second.JobId, Is.Not.EqualTo(fresh.JobId));
    }

    [Test]
    public async Task Hello_ResultAckedBeforeTheBackup_IsCommittedAgain()
    {
        var rig = await coordinator.EnrollAsync();
        var job = await coordinator.SubmitAsync();
        var hello = rig.NewHello();
        hello.IncarnationSeen = uint.MaxValue;
        hello.RecentlyAcked.Add(new RecentResult
        {
            AttemptId = Guid.NewGuid().ToString("D"),
            JobId = job.JobId,
            Fence = Fence.Create(4_000_000_000, 9).Value,
            Outcome = Outcome.Succeeded,
            ResultDigest = Digest.Of("r"u8).ToString(),
        });
        using var session = await rig.OpenAsync(hello);
        Assert.That((await coordinator.Jobs.GetAsync(new GetJobRequest { JobId = job.JobId })).State, Is.EqualTo(JobState.Succeeded));
    }

    [Test]
    public async Task Hello_FromARigThatHasSeenThisRun_IsNotReadForOldResultsAgain()
    {
        var rig = await coordinator.EnrollAsync();
        ulong stateGen;
        uint seen;
        using (var session = await rig.ConnectAsync())
        {
            (stateGen, seen) = (rig.StateGen, session.Ack.Incarnation);
        }

        var job = await coordinator.SubmitAsync();
        var hello = rig.NewHello();
        (hello.StateGen, hello.IncarnationSeen) = (stateGen, seen);
        hello.RecentlyAcked.Add(new RecentResult
        {
            AttemptId = Guid.NewGuid().ToString("D"),
            JobId = job.JobId,
            Fence = Fence.Create(seen, 9).Value,
            Outcome = Outcome.Succeeded,
            ResultDigest = Digest.Of("r"u8).ToString(),
        });
        using var again = await rig.OpenAsync(hello);
        Assert.That((await coordinator.Jobs.GetAsync(new GetJobRequest { JobId = job.JobId })).State, Is.EqualTo(JobState.Pending));
    }
}
