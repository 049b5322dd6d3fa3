using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Jobs;

[TestFixture]
internal sealed class AttemptsTests
{
    private const int Limit = 20_000;

    [Test, CancelAfter(Limit)]
    public async Task Assign_ThatIsAccepted_IsOnDiskBeforeTheAnswer()
    {
        await using var rig = new Rigged();

        var answer = await rig.Attempts.AssignAsync(Rigged.Assignment());

        Assert.That(answer.RefusalReason, Is.Null);
        Assert.That(rig.Stored[Rigged.Id()].State, Is.EqualTo(AttemptState.Accepted));
        Assert.That(rig.Facts, Has.No.Member("launch"), "nothing is launched before the coordinator confirms");
    }

    [Test, CancelAfter(Limit)]
    public async Task WholeLife_NoInputs_JournalsEachStepBeforeItHappens()
    {
        await using var rig = new Rigged();
        await rig.Attempts.AssignAsync(Rigged.Assignment());
        await rig.ConfirmAsync();
        await rig.StateAsync(AttemptState.Running);
        rig.End();
        await rig.PublishedAsync();
        await rig.Attempts.AckResultAsync(Rigged.Id(), Fence.Create(7, 1), ResultVerdict.Committed, []);

        Assert.That(rig.Facts, Is.EqualTo(new[]
        {
            "journal Accepted", "journal Starting", "launch", "journal Running", "collect", "stop", "release inputs", "journal Finished", "journal Acked",
        }));
        Assert.That(rig.Reservations.Snapshot(), Is.Empty);
        Assert.That(rig.Events.Select(e => e.EventNo), Is.EqualTo(new ulong[] { 1, 2 }));
    }

    [Test, CancelAfter(Limit)]
    public async Task Assign_Twice_GivesTheSameAnswerAndOneLaunch()
    {
        await using var rig = new Rigged();
        await rig.Attempts.AssignAsync(Rigged.Assignment());
        await rig.ConfirmAsync();
        await rig.StateAsync(AttemptState.Running);

        var again = await rig.Attempts.AssignAsync(Rigged.Assignment());
        await rig.ConfirmAsync();

        Assert.That(again.RefusalReason, Is.Null);
        Assert.That(rig.Count("launch"), Is.EqualTo(1));
        Assert.That(rig.Reservations.Snapshot(), Has.Count.EqualTo(1));
    }

    [Test, CancelAfter(Limit)]
    public async Task Assign_WithTheDiskFull_IsRefusedAndHoldsNothing()
    {
        await using var rig = new Rigged { RefusedWrites = 1 };

        var answer = await rig.Attempts.AssignAsync(Rigged.Assignment());

        Assert.That(answer.RefusalReason, Is.EqualTo(Reason.DiskFull));
        Assert.That(rig.Reservations.Snapshot(), Is.Empty);
        Assert.That(rig.Attempts.Inventory(), Is.Empty);
    }

    [Test, CancelAfter(Limit)]
    public async Task Cancel_BeforeTheAssignmentArrives_RefusesItLater()
    {
        await using var rig = new Rigged();
        await rig.Attempts.CancelAsync(Rigged.Id(), Fence.Create(7, 1), "");

        var answer = await rig.Attempts.AssignAsync(Rigged.Assignment());

        Assert.That(answer.RefusalReason, Is.EqualTo(Reason.Tombstoned));
    }

    [Test, CancelAfter(Limit)]
    public async Task Cancel_WhileItRuns_StopsItAndReportsCancelledOnce()
    {
        await using var rig = new Rigged();
        await RunningAsync(rig);

        await rig.Attempts.CancelAsync(Rigged.Id(), Fence.Create(7, 1), "");
        await rig.Attempts.CancelAsync(Rigged.Id(), Fence.Create(7, 1), "");
        await rig.PublishedAsync();

        Assert.That(rig.Stored[Rigged.Id()].Outcome?.Outcome, Is.EqualTo(Outcome.Cancelled));
        Assert.That(rig.Count("stop"), Is.EqualTo(1));
        Assert.That(rig.Facts.ToList().IndexOf("journal Stopping"), Is.LessThan(rig.Facts.ToList().IndexOf("stop")), "or its death would look like its own");
    }

    [Test, CancelAfter(Limit)]
    public async Task Restart_WhileItRuns_ReattachesAndEndsOnce()
    {
        var first = new Rigged();
        await RunningAsync(first);
        await first.Attempts.DisposeAsync();
        Assert.That(first.Facts, Has.No.Member("stop"), "an agent that goes away leaves the program running");

        await using var second = new Rigged(first);
        second.End();
        await second.PublishedAsync();

        Assert.That(second.Count("launch"), Is.EqualTo(1));
        Assert.That(second.Count("reattach"), Is.EqualTo(1));
        Assert.That(second.Stored[Rigged.Id()], Has.Property("Outcome").Property("Outcome").EqualTo(Outcome.Succeeded).And.Property("Fence").EqualTo(Fence.Create(7, 1)));
        Assert.That(second.Reservations.Snapshot(), Is.Empty);
    }

    [Test, CancelAfter(Limit)]
    public async Task Restart_AfterAPowerCut_ReportsUnknownAndLaunchesNothing()
    {
        var first = new Rigged();
        await RunningAsync(first);
        await first.Attempts.DisposeAsync();

        await using var second = new Rigged(first) { BootId = "boot-2" };
        await second.PublishedAsync();

        Assert.That(second.Stored[Rigged.Id()].Outcome, Has.Property("Outcome").EqualTo(Outcome.Unknown).And.Property("Reason").EqualTo(Reason.HostRestarted));
        Assert.That(second.Count("launch"), Is.EqualTo(1));
    }

    [Test, CancelAfter(Limit)]
    public async Task Restart_BeforeTheLaunch_WaitsForTheVerdict()
    {
        var first = new Rigged();
        await first.Attempts.AssignAsync(Rigged.Assignment());
        await first.Attempts.DisposeAsync();

        await using var second = new Rigged(first);
        Assert.That(second.Attempts.Inventory().Single().State, Is.EqualTo(AttemptState.Accepted));
        await second.Attempts.ApplyVerdictAsync(new AttemptVerdict(Rigged.Id(), Fence.Create(7, 1), Verdict.Continue, Make.Terms, null, ""), second.Now);
        await second.StateAsync(AttemptState.Running);

        Assert.That(second.Count("launch"), Is.EqualTo(1));
    }

    [Test, CancelAfter(Limit)]
    public async Task Tick_PastTheOrphanDeadline_StopsAndFreesTheReservation()
    {
        await using var rig = new Rigged();
        await RunningAsync(rig);

        rig.Now += Make.Terms.Orphan;
        await rig.Attempts.TickAsync();
        await rig.PublishedAsync();

        Assert.That(rig.Stored[Rigged.Id()].Outcome?.Reason, Is.EqualTo(Reason.LeaseLost));
        Assert.That(rig.Reservations.Snapshot(), Is.Empty);
    }

    [Test, CancelAfter(Limit)]
    public async Task Stop_ThatDoesNotKill_KeepsTheReservation()
    {
        await using var rig = new Rigged { Undead = true };
        await RunningAsync(rig);

        await rig.Attempts.CancelAsync(Rigged.Id(), Fence.Create(7, 1), "");
        await rig.PublishedAsync();

        Assert.That(rig.Reservations.Snapshot(), Has.Count.EqualTo(1));
        Assert.That(rig.Stored[Rigged.Id()].Outcome?.Reason, Is.EqualTo(Reason.StuckInKernel));
    }

    [Test, CancelAfter(Limit)]
    public async Task Result_WithTheDiskFull_WaitsForSpaceAndIsNotLost()
    {
        await using var rig = new Rigged();
        await RunningAsync(rig);
        rig.RefusedWrites = 2;

        rig.End();
        await TestKit.Eventually.TrueAsync(
            () =>
            {
                rig.Time.Advance(TimeSpan.FromSeconds(1));
                return rig.Stored[Rigged.Id()].State == AttemptState.Finished;
            },
            TimeSpan.FromSeconds(10),
            "the result on record");

        Assert.That(rig.Count("refused"), Is.EqualTo(2));
        Assert.That(rig.Stored[Rigged.Id()].Outcome?.Outcome, Is.EqualTo(Outcome.Succeeded));
    }

    [Test, CancelAfter(Limit)]
    public async Task AckResult_SaysArtifactsAreMissing_UploadsAndSendsAgain()
    {
        await using var rig = new Rigged { Outputs = new CollectResult([new OutputArtifact("a", Digest.Of([1]), 1)], null) };
        await RunningAsync(rig);
        rig.End();
        await rig.PublishedAsync();

        await rig.Attempts.AckResultAsync(Rigged.Id(), Fence.Create(7, 1), ResultVerdict.MissingArtifacts, []);
        await TestKit.Eventually.TrueAsync(() => rig.Attempts.Outbox().OfType<ResultItem>().Any(item => item.SendNo == 2), TimeSpan.FromSeconds(10), "the second sending");

        Assert.That(rig.Count("upload"), Is.EqualTo(2));
    }

    [Test, CancelAfter(Limit)]
    public async Task AckResult_Unknown_KeepsTheResult([Values(ResultVerdict.None, (ResultVerdict)99)] ResultVerdict verdict)
    {
        await using var rig = new Rigged();
        await RunningAsync(rig);
        rig.End();
        await rig.PublishedAsync();

        await rig.Attempts.AckResultAsync(Rigged.Id(), Fence.Create(7, 1), verdict, []);

        Assert.That(rig.Attempts.Outbox().OfType<ResultItem>().Single().Record.State, Is.EqualTo(AttemptState.Finished));
    }

    [Test, CancelAfter(Limit)]
    public async Task Drain_NoDeadline_LetsRunningOnesFinishAndTakesNoMore()
    {
        await using var rig = new Rigged();
        await RunningAsync(rig);

        await rig.Attempts.DrainAsync(null);
        await rig.Attempts.TickAsync();
        var refused = await rig.Attempts.AssignAsync(Rigged.Assignment(2));

        Assert.That(refused.RefusalReason, Is.EqualTo(Reason.Draining));
        Assert.That(rig.Attempts.CurrentOffer(), Has.Property("Credits").Zero.And.Property("Reason").EqualTo(Reason.Draining));
        Assert.That(rig.Stored[Rigged.Id()].State, Is.EqualTo(AttemptState.Running));
    }

    [Test, CancelAfter(Limit)]
    public async Task Outbox_UntilAcked_HoldsEveryEventInOrder()
    {
        await using var rig = new Rigged();
        await RunningAsync(rig);
        Assert.That(rig.Attempts.Outbox().OfType<EventItem>().Select(item => item.Event.EventNo), Is.EqualTo(new ulong[] { 1, 2 }));

        await rig.Attempts.AckEventsAsync(Rigged.Id(), 1);

        Assert.That(rig.Attempts.Outbox().OfType<EventItem>().Select(item => item.Event.EventNo), Is.EqualTo(new ulong[] { 2 }));
    }

    private static async Task RunningAsync(Rigged rig)
    {
        await rig.Attempts.AssignAsync(Rigged.Assignment());
        await rig.ConfirmAsync();
        await rig.StateAsync(AttemptState.Running);
    }
}
