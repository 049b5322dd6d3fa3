using Grpc.Core;
using Rigshift.Coordinator.Tests.Live;
using Rigshift.Protocol.V1;
using Rigshift.Rules;
using Message = Rigshift.Protocol.V1.CoordinatorMessage.BodyOneofCase;
using Outcome = Rigshift.Protocol.V1.Outcome;

namespace Rigshift.Coordinator.Tests.RigSessions;

/// <summary>The main job over a real connection: submit, assign, accept, events, result.</summary>
[CancelAfter(30_000)]
internal sealed class MainJobTests
{
    private LiveCoordinator coordinator = null!; // Made by SetUp.

    [SetUp]
    public async Task StartAsync() => coordinator = await LiveCoordinator.StartAsync();

    [TearDown]
    public async Task StopAsync() => await coordinator.DisposeAsync();

    [Test]
    public async Task Job_OneRig_IsAssignedAcceptedAndCommitted()
    {
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        await session.OfferAsync();
        var job = await coordinator.SubmitAsync();
        var assign = await session.TakeAsync();
        await session.EventAsync(assign, 1, AttemptPhase.Running);
        var eventAck = (await session.ExpectAsync(Message.EventAck)).EventAck;
        var ack = await session.FinishAsync(assign);
        var ended = await coordinator.Jobs.GetAsync(new GetJobRequest { JobId = job.JobId });
        using var scope = Assert.EnterMultipleScope();
        Assert.That(assign.JobId, Is.EqualTo(job.JobId));
        Assert.That(eventAck.EventNo, Is.EqualTo(1));
        Assert.That(ack.Verdict, Is.EqualTo(ResultVerdict.Committed));
        Assert.That(ended.State, Is.EqualTo(JobState.Succeeded));
        Assert.That(ended.Attempts.Single().RigName, Is.EqualTo("rig-1"));
    }

    [Test]
    public async Task Result_SentAgain_IsDuplicateAndADifferentOneIsFenced()
    {
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        await session.OfferAsync();
        await coordinator.SubmitAsync();
        var assign = await session.TakeAsync();
        await session.FinishAsync(assign);
        var again = await session.FinishAsync(assign);
        var other = await session.FinishAsync(assign, Outcome.Failed, Reason.ExitNonzero);
        using var scope = Assert.EnterMultipleScope();
        Assert.That(again.Verdict, Is.EqualTo(ResultVerdict.Duplicate));
        Assert.That(other.Verdict, Is.EqualTo(ResultVerdict.Fenced));
    }

    [Test]
    public async Task Result_OutputNotUploaded_NamesItAndDoesNotCommit()
    {
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        await session.OfferAsync();
        var job = await coordinator.SubmitAsync();
        var assign = await session.TakeAsync();
        var digest = Digest.Of("never uploaded"u8).ToString();
        var ack = await session.FinishAsync(assign, outputs: new Output { Path = "out.txt", Artifact = new ArtifactRef { Digest = digest, SizeBytes = 14 } });
        var now = await coordinator.Jobs.GetAsync(new GetJobRequest { JobId = job.JobId });
        using var scope = Assert.EnterMultipleScope();
        Assert.That(ack.Verdict, Is.EqualTo(ResultVerdict.MissingArtifacts));
        Assert.That(ack.MissingDigests, Is.EqualTo(new[] { digest }));
        Assert.That(now.State, Is.EqualTo(JobState.Running));
    }

    [Test]
    public async Task Refuse_NamedTime_JobGoesToTheOtherRig()
    {
        var first = await coordinator.EnrollAsync("rig-1");
        using var refuser = await first.ConnectAsync();
        await refuser.OfferAsync();
        var job = await coordinator.SubmitAsync();
        var refused = (await refuser.ExpectAsync(Message.Assign)).Assign;
        await refuser.RefuseAsync(refused, Reason.NotEnoughDisk, retryAfterS: 600);
        var second = await coordinator.EnrollAsync("rig-2");
        using var taker = await second.ConnectAsync();
        await taker.OfferAsync();
        var assign = await taker.TakeAsync();
        using var scope = Assert.EnterMultipleScope();
        Assert.That(assign.JobId, Is.EqualTo(job.JobId));
        Assert.That(assign.Fence, Is.GreaterThan(refused.Fence));
        Assert.That(refuser.HasReceived(Message.Assign), Is.False, "no tight loop of assignments");
    }

    [Test]
    public async Task Job_FailsAsOftenAsItMay_EndsWithAttemptsExhausted()
    {
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        var job = await coordinator.SubmitAsync(spec => spec.MaxAttempts = 2);
        for (var attempt = 0; attempt < 2; attempt++)
        {
            await session.OfferAsync();
            await session.FinishAsync(await session.TakeAsync(), Outcome.Failed, Reason.ExitNonzero);
        }

        var ended = await coordinator.WaitAsync(job.JobId, one => one.EndedUnixMs > 0);
        using var scope = Assert.EnterMultipleScope();
        Assert.That(ended.State, Is.EqualTo(JobState.Failed));
        Assert.That(ended.Reason, Is.EqualTo(Reason.AttemptsExhausted));
        Assert.That(ended.Attempts, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task Rig_FailsDifferentJobs_GetsNoMoreUntilResumed()
    {
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            await coordinator.SubmitAsync(spec => spec.MaxAttempts = 1);
            await session.OfferAsync();
            await session.FinishAsync(await session.TakeAsync(), Outcome.Failed, Reason.ExitNonzero);
        }

        var waiting = await coordinator.SubmitAsync();
        await session.OfferAsync();
        await session.BeatAsync();
        await session.ExpectAsync(Message.HeartbeatAck);
        var quarantined = (await coordinator.Fleet.ListRigsAsync(new ListRigsRequest())).Rigs.Single();
        var idle = !session.HasReceived(Message.Assign);
        await coordinator.Fleet.DrainAsync(new DrainRigRequest { RigId = quarantined.RigId, Resume = true });
        var assign = await session.TakeAsync();
        using var scope = Assert.EnterMultipleScope();
        Assert.That(quarantined.QuarantineReason, Is.EqualTo(Reason.RigFailing));
        Assert.That(idle, Is.True);
        Assert.That(assign.JobId, Is.EqualTo(waiting.JobId));
    }

    [Test]
    public async Task Offer_BeforeHelloConfirm_EndsTheSession()
    {
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.OpenAsync(rig.NewHello());
        await session.OfferAsync();
        Assert.That(await session.EndsAsync(), Is.True);
    }

    [Test]
    public async Task Jobs_ManyNoOps_ShareFsyncsAcrossOneSession()
    {
        const int Count = 200;
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        await session.OfferAsync(credits: Count, cpuMillis: Count * 1000);
        var submitted = await Task.WhenAll(Enumerable.Range(0, Count).Select(_ => coordinator.SubmitAsync()));
        for (var i = 0; i < Count; i++)
        {
            var assign = (await session.ExpectAsync(Message.Assign)).Assign;
            await session.AcceptAsync(assign);
            await session.ResultAsync(FakeSession.ResultOf(assign));
        }

        for (var i = 0; i < Count; i++)
        {
            Assert.That((await session.ExpectAsync(Message.ResultAck)).ResultAck.Verdict, Is.EqualTo(ResultVerdict.Committed));
        }

        Assert.That(submitted.Select(job => job.JobId).Distinct().Count(), Is.EqualTo(Count));
    }

    [Test]
    public async Task Operations_WithoutCertificate_AreRefusedByName()
    {
        var anonymous = new Jobs.JobsClient(coordinator.Channel(null));
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await anonymous.ListAsync(new ListJobsRequest()));
        using var scope = Assert.EnterMultipleScope();
        Assert.That(refused!.StatusCode, Is.EqualTo(StatusCode.Unauthenticated)); // ThrowsAsync has checked.
        Assert.That(refused.Trailers.GetValue("rigshift-reason"), Is.EqualTo(Reason.CertificateRequired));
    }
}
