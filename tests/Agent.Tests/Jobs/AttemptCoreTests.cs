using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Jobs;

[TestFixture]
internal sealed class AttemptCoreTests
{
    private static readonly OutputArtifact Output = new("out", Digest.Of([1]), 1);
    private static readonly AttemptOutcome Cancelled = new(Outcome.Cancelled, Reason.Cancelled, "", null);
    private static readonly RuntimeExit CleanExit = new(0, null, null, false);
    private static readonly RuntimeExit BadExit = new(3, new RuntimeFault(Reason.ExitNonzero, "exit code 3"), null, false);

    private static readonly Dictionary<string, AttemptInput> Inputs = new()
    {
        ["lease"] = new AttemptInput.LeaseGranted(Make.Lease(TimeSpan.FromMinutes(5))),
        ["fence"] = new AttemptInput.Refenced(Fence.Create(101, 1)),
        ["ready"] = new AttemptInput.InputsReady(),
        ["up"] = new AttemptInput.Launched(new RuntimeHandle(RuntimeKind.Process, 1, 2, "/x", Make.Boot), TimeSpan.FromMinutes(9)),
        ["exit0"] = new AttemptInput.ProgramEnded(CleanExit),
        ["exit3"] = new AttemptInput.ProgramEnded(BadExit),
        ["stop"] = new AttemptInput.StopWanted(Cancelled),
        ["collected"] = new AttemptInput.Collected(new CollectResult([Output], null)),
        ["undone"] = new AttemptInput.Undone(true),
        ["uploaded"] = new AttemptInput.Uploaded(null),
        ["uploadAgain"] = new AttemptInput.UploadAgain(),
        ["resend"] = new AttemptInput.ResendWanted(),
        ["settled"] = new AttemptInput.Settled(77),
    };

    private static readonly Dictionary<string, AttemptStatus> Statuses = new()
    {
        ["accepted"] = new(Make.Record(), AttemptActivity.None),
        ["preparing?"] = new(Make.Record(AttemptState.Preparing, 1), AttemptActivity.None),
        ["fetching"] = new(Make.Record(AttemptState.Preparing, 1), AttemptActivity.Fetching),
        ["starting?"] = new(Make.Record(AttemptState.Starting), AttemptActivity.None),
        ["launching"] = new(Make.Record(AttemptState.Starting), AttemptActivity.Launching),
        ["watching"] = new(Make.Record(AttemptState.Running), AttemptActivity.Watching),
        ["collecting"] = new(Make.Record(AttemptState.Stopping) with { Outcome = AttemptOutcome.Succeeded }, AttemptActivity.Collecting),
        ["undoing"] = new(Make.Record(AttemptState.Stopping) with { Outcome = Cancelled }, AttemptActivity.Undoing),
        ["uploading"] = new(Make.Record(AttemptState.Finished) with { Outputs = [Output] }, AttemptActivity.Uploading),
        ["published"] = new(Make.Record(AttemptState.Finished), AttemptActivity.Published),
        ["done"] = new(Make.Record(AttemptState.Acked), AttemptActivity.Done),
    };

    // status × input → "state:effects", '!' when it must be on disk first; everything not listed changes nothing.
    private static readonly Dictionary<(string Status, string Input), string> Table = new()
    {
        [("accepted", "lease")] = "Starting:Launch!",
        [("accepted", "fence")] = "Accepted:!",
        [("accepted", "stop")] = "Stopping:Undo!",
        [("preparing?", "lease")] = "Preparing:Fetch",
        [("preparing?", "fence")] = "Preparing:!",
        [("preparing?", "stop")] = "Stopping:Undo!",
        [("fetching", "lease")] = "Preparing:!",
        [("fetching", "fence")] = "Preparing:!",
        [("fetching", "ready")] = "Starting:Launch!",
        [("fetching", "stop")] = "Stopping:Undo!",
        [("starting?", "lease")] = "Starting:Launch",
        [("starting?", "fence")] = "Starting:!",
        [("starting?", "stop")] = "Stopping:Undo!",
        [("launching", "lease")] = "Starting:!",
        [("launching", "fence")] = "Starting:!",
        [("launching", "up")] = "Running:Watch!",
        [("launching", "stop")] = "Stopping:Undo!",
        [("watching", "lease")] = "Running:!",
        [("watching", "fence")] = "Running:!",
        [("watching", "exit0")] = "Stopping:Collect",
        [("watching", "exit3")] = "Stopping:Undo",
        [("watching", "stop")] = "Stopping:Undo!",
        [("collecting", "fence")] = "Stopping:!",
        [("collecting", "collected")] = "Stopping:Undo",
        [("undoing", "fence")] = "Stopping:!",
        [("undoing", "undone")] = "Finished:Release,Publish!",
        [("uploading", "fence")] = "Finished:!",
        [("uploading", "uploaded")] = "Finished:Publish",
        [("uploading", "settled")] = "Acked:CleanUp!",
        [("published", "fence")] = "Finished:!",
        [("published", "uploadAgain")] = "Finished:Upload",
        [("published", "resend")] = "Finished:Publish",
        [("published", "settled")] = "Acked:CleanUp!",
    };

    [Test]
    public void Decide_UploadIsNotWantedAnyMore_TheResultGoesOutAsItIs()
    {
        var refused = new AttemptInput.Uploaded(new ArtifactFault(Reason.FenceStale, "not the job's"));

        var decision = AttemptCore.Decide(Statuses["uploading"], refused, 1);

        Assert.That(decision.Next.Record, Is.EqualTo(Statuses["uploading"].Record));
        Assert.That(decision.Effects, Is.EqualTo([AttemptEffect.Publish]).AsCollection);
    }

    private static IEnumerable<TestCaseData> Cells() =>
        from status in Statuses.Keys from input in Inputs.Keys select new TestCaseData(status, input).SetName($"Decide_{status}_{input}");

    [TestCaseSource(nameof(Cells))]
    public void Decide_EveryStatusAndInput_IsAsListed(string status, string input)
    {
        var before = Statuses[status];

        var decision = AttemptCore.Decide(before, Inputs[input], 1000);

        if (Table.TryGetValue((status, input), out var expected))
        {
            Assert.That($"{decision.Next.Record.State}:{string.Join(',', decision.Effects)}{(decision.Durable ? "!" : "")}", Is.EqualTo(expected));
        }
        else
        {
            Assert.That(decision, Is.EqualTo(decision with { Next = before, Durable = false, Event = null }), "nothing may change");
            Assert.That(decision.Effects, Is.Empty);
        }
    }

    [TestCaseSource(nameof(Cells))]
    public void Decide_WhenALaunchFollows_TheLaunchIsOnRecordFirst(string status, string input)
    {
        var decision = AttemptCore.Decide(Statuses[status], Inputs[input], 1000);

        if (decision.Effects.Contains(AttemptEffect.Launch))
        {
            Assert.That(decision.Next.Record, Has.Property(nameof(AttemptRecord.State)).EqualTo(AttemptState.Starting)
                .And.Property(nameof(AttemptRecord.LaunchCount)).EqualTo(1).And.Property(nameof(AttemptRecord.Lease)).Not.Null);
            Assert.That(decision.Durable || Statuses[status].Record.State == AttemptState.Starting, Is.True);
        }
    }

    [TestCaseSource(nameof(Cells))]
    public void Decide_EveryEvent_HasTheNextNumber(string status, string input)
    {
        var before = Statuses[status].Record;

        var decision = AttemptCore.Decide(Statuses[status], Inputs[input], 1000);

        Assert.That(decision.Next.Record.LastEventNo, Is.EqualTo(decision.Event?.EventNo ?? before.LastEventNo));
        Assert.That(decision.Next.Record.LastEventNo - before.LastEventNo, Is.LessThanOrEqualTo(1UL));
    }

    [Test]
    public void Decide_CancelWhileOutputsAreCollected_KeepsTheFirstOutcome()
    {
        var decision = AttemptCore.Decide(Statuses["collecting"], Inputs["stop"], 0);

        Assert.That(decision.Next.Record.Outcome, Is.EqualTo(AttemptOutcome.Succeeded));
    }

    [Test]
    public void Decide_ProgramDoesNotDie_KeepsTheReservationAndSaysSo()
    {
        var decision = AttemptCore.Decide(Statuses["undoing"], new AttemptInput.Undone(false), 0);

        Assert.That(decision.Effects, Does.Not.Contain(AttemptEffect.Release));
        Assert.That(decision.Next.Record.Outcome?.Reason, Is.EqualTo(Reason.StuckInKernel));
    }

    [Test]
    public void Decide_OutputsThatCannotBeTaken_FailTheAttempt()
    {
        var decision = AttemptCore.Decide(Statuses["collecting"], new AttemptInput.Collected(new CollectResult([], new ArtifactFault(Reason.OutputLink, "out/x is a link"))), 0);

        Assert.That(decision.Next.Record.Outcome, Is.EqualTo(new AttemptOutcome(Outcome.Failed, Reason.OutputLink, "out/x is a link", 0)));
        Assert.That(decision.Next.Record.Outputs, Is.Empty);
    }

    [Test]
    public void Decide_ProgramNobodyKnowsTheEndOf_IsUnknownNotFailed()
    {
        var gone = new RuntimeExit(null, new RuntimeFault(Reason.HandleLost, "gone"), null, Unknown: true);

        var decision = AttemptCore.Decide(Statuses["watching"], new AttemptInput.ProgramEnded(gone), 0);

        Assert.That(decision.Next.Record.Outcome?.Outcome, Is.EqualTo(Outcome.Unknown));
    }

    [Test]
    public void Decide_FinishedWithOutputs_UploadsBeforeItPublishes()
    {
        var undoing = Statuses["undoing"] with { Record = Statuses["undoing"].Record with { Outputs = [Output], Outcome = AttemptOutcome.Succeeded } };

        var decision = AttemptCore.Decide(undoing, Inputs["undone"], 0);

        Assert.That(decision.Effects, Is.EqualTo(new[] { AttemptEffect.Release, AttemptEffect.Upload }));
    }

    [Test]
    public void Decide_HeartbeatRenewal_IsNotWrittenEveryTime()
    {
        var soon = new AttemptInput.LeaseGranted(Make.Lease(TimeSpan.FromSeconds(10)));

        var decision = AttemptCore.Decide(Statuses["watching"], soon, 0);

        Assert.That(decision.Durable, Is.False);
        Assert.That(decision.Next.Record.Lease, Is.EqualTo(soon.Lease));
    }

    [TestCase(AttemptState.Accepted, true, "Accepted:")]
    [TestCase(AttemptState.Preparing, true, "Preparing:")]
    [TestCase(AttemptState.Starting, true, "Starting:")]
    [TestCase(AttemptState.Running, true, "Running:Reattach")]
    [TestCase(AttemptState.Stopping, true, "Stopping:Undo")]
    [TestCase(AttemptState.Finished, true, "Finished:Publish")]
    [TestCase(AttemptState.Acked, true, "Acked:")]
    [TestCase(AttemptState.Accepted, false, "Accepted:")]
    [TestCase(AttemptState.Preparing, false, "Preparing:")]
    [TestCase(AttemptState.Starting, false, "Stopping:Undo")]
    [TestCase(AttemptState.Running, false, "Running:Reattach")]
    [TestCase(AttemptState.Stopping, false, "Stopping:Undo")]
    [TestCase(AttemptState.Finished, false, "Finished:Publish")]
    [TestCase(AttemptState.Acked, false, "Acked:")]
    public void Resume_EveryState_NeverLaunchesBeforeTheVerdict(AttemptState state, bool sameBoot, string expected)
    {
        var decision = AttemptCore.Resume(Make.Record(state), sameBoot);

        Assert.That($"{decision.Next.Record.State}:{string.Join(',', decision.Effects)}", Is.EqualTo(expected));
    }

    [Test]
    public void Resume_LaunchedBeforeAPowerCut_IsUnknownBecauseTheHostRestarted()
    {
        var decision = AttemptCore.Resume(Make.Record(AttemptState.Starting), sameBoot: false);

        Assert.That(decision.Next.Record.Outcome, Has.Property("Outcome").EqualTo(Outcome.Unknown).And.Property("Reason").EqualTo(Reason.HostRestarted));
        Assert.That(decision.Durable, Is.True);
    }
}
