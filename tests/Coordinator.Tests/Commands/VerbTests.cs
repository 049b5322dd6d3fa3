using System.Text.Json;
using Rigshift.Coordinator.Commands;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Tests.Commands;

/// <summary>The verbs over a real connection to a coordinator that plays a script.</summary>
internal sealed class VerbTests
{
    private const string JobFile = """
        apiVersion: rigshift/v1
        kind: Job
        metadata: {name: digits}
        spec: {runtime: process, process: {command: [/bin/true]}}
        """;

    private string directory = "";
    private FakeCoordinator? fake;

    private FakeScript Script => fake?.Script ?? throw new InvalidOperationException("SetUp has not run.");

    [SetUp]
    public async Task StartAsync()
    {
        directory = Directory.CreateTempSubdirectory("rigshift-verbs-").FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "job.yaml"), JobFile);
        fake = await FakeCoordinator.StartAsync(directory);
    }

    [TearDown]
    public async Task StopAsync()
    {
        if (fake is not null)
        {
            await fake.DisposeAsync();
        }

        Directory.Delete(directory, recursive: true);
    }

    [Test, CancelAfter(30_000)]
    public async Task SubmitWatch_JobThatSucceeds_ShowsStatesLogAndOutputs(CancellationToken cancellation)
    {
        Script.Steps.Enqueue(FakeScript.At(JobState.Running, AttemptPhase.Preparing));
        Script.Steps.Enqueue(FakeScript.At(JobState.Running, AttemptPhase.Running));
        var done = FakeScript.At(JobState.Succeeded, AttemptPhase.Acked, Outcome.Succeeded);
        done.Outputs.Add(new Output { Path = "predictions.csv", Artifact = new ArtifactRef { Digest = Digest.Of([]).ToString(), SizeBytes = 2048 } });
        Script.Steps.Enqueue(done);
        Script.Print(LogStream.Stdout, 0, "hello\nwor");
        Script.Print(LogStream.Stdout, 9, "ld\e[2J\n");
        var (code, output, _) = await RunAsync(cancellation, "submit", Path.Combine(directory, "job.yaml"), "--watch");
        Assert.That(code, Is.EqualTo(ExitCode.Ok));
        Assert.That(output, Does.Contain("Submitted job 0198aaaa (digits)").And.Contain("Fetching inputs on rig-7").And.Contain("  | hello\n")
            .And.Contain("  | world?[2J\n").And.Contain("predictions.csv").And.Contain("2 KiB").And.Not.Contain("\e"));
        Assert.That(Script.Submitted.Single().RequestId, Is.Not.Empty, "a lost answer must not make a second job");
    }

    [Test, CancelAfter(30_000)]
    public async Task SubmitWatch_JobThatFails_ExitsOneAndSaysWhatToDo(CancellationToken cancellation)
    {
        Script.Steps.Enqueue(FakeScript.At(JobState.Failed, AttemptPhase.Acked, Outcome.Failed, Reason.Timeout));
        var (code, output, _) = await RunAsync(cancellation, "submit", Path.Combine(directory, "job.yaml"), "-w");
        Assert.That(code, Is.EqualTo(ExitCode.Failed));
        Assert.That(output, Does.Contain("timeout").And.Contain(ReasonAdvice.For(Reason.Timeout)));
    }

    [Test, CancelAfter(30_000)]
    public async Task SubmitWatch_CoordinatorRestarts_GoesOnAndRepeatsNoLine(CancellationToken cancellation)
    {
        Script.Steps.Enqueue(FakeScript.At(JobState.Running, AttemptPhase.Running));
        Script.Steps.Enqueue(null);
        Script.Steps.Enqueue(FakeScript.At(JobState.Running, AttemptPhase.Running));
        Script.Steps.Enqueue(FakeScript.At(JobState.Succeeded, AttemptPhase.Acked, Outcome.Succeeded));
        Script.LogCuts = 1;
        Script.Print(LogStream.Stdout, 0, "once\n");
        var (code, output, _) = await RunAsync(cancellation, "submit", Path.Combine(directory, "job.yaml"), "--watch");
        Assert.That(code, Is.EqualTo(ExitCode.Ok));
        Assert.That(output.Split("  | once\n"), Has.Length.EqualTo(2));
    }

    [Test, CancelAfter(30_000)]
    public async Task SubmitWatch_CtrlC_SaysThatTheJobGoesOn(CancellationToken cancellation)
    {
        Script.Steps.Enqueue(FakeScript.At(JobState.Running, AttemptPhase.Running));
        Script.HoldsWatch = true;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var run = RunAsync(stop.Token, "submit", Path.Combine(directory, "job.yaml"), "--watch");
        await Script.Held.Task.WaitAsync(cancellation);
        await stop.CancelAsync();
        var (code, output, _) = await run;
        Assert.That(code, Is.EqualTo(ExitCode.Interrupted));
        Assert.That(output, Does.Contain("Job 0198aaaa goes on. Watch it again: rigshift-coordinator logs -f 0198aaaa"));
        Assert.That(Script.Job.CancelRequested, Is.False);
    }

    [Test, CancelAfter(30_000)]
    public async Task SubmitJson_Always_PrintsOneObjectAlone(CancellationToken cancellation)
    {
        var (code, output, error) = await RunAsync(cancellation, "submit", Path.Combine(directory, "job.yaml"), "--json", "--request-id", "mine");
        Assert.That(code, Is.EqualTo(ExitCode.Ok));
        using var json = JsonDocument.Parse(output);
        Assert.That(json.RootElement.GetProperty("jobId").GetString(), Is.EqualTo(FakeScript.JobId));
        Assert.That(json.RootElement.GetProperty("state").GetString(), Is.EqualTo("pending"));
        Assert.That(error, Does.Contain("Submitted job"));
        Assert.That(Script.Submitted.Single().RequestId, Is.EqualTo("mine"));
    }

    [Test, CancelAfter(30_000)]
    public async Task Logs_GapAndOneStream_MarksTheGapAndLeavesTheOtherOut(CancellationToken cancellation)
    {
        Script.Job = FakeScript.At(JobState.Succeeded, AttemptPhase.Acked, Outcome.Succeeded);
        Script.Print(LogStream.Stdout, 0, "head\n");
        Script.Print(LogStream.Stderr, 0, "oops\n");
        Script.Print(LogStream.Stdout, 1005, "tail", dropped: 1000);
        Assert.That((await RunAsync(cancellation, "logs", "0198", "--stdout")).Out, Is.EqualTo("head\n[1,000 bytes of the log were dropped on the rig]\ntail\n"));
        Assert.That((await RunAsync(cancellation, "logs", "0198", "--stderr", "-f")).Out, Is.EqualTo("oops\n"));
    }

    [Test, CancelAfter(30_000)]
    public async Task Logs_UnknownJobOrAttempt_SaysSo(CancellationToken cancellation)
    {
        var unknown = await RunAsync(cancellation, "logs", "ffff");
        Assert.That((unknown.Code, unknown.Error), Is.EqualTo((ExitCode.Failed, "There is no job ffff.\n")));
        var attempt = await RunAsync(cancellation, "logs", "0198", "--attempt", "3");
        Assert.That((attempt.Code, attempt.Error), Is.EqualTo((ExitCode.BadUsage, "Job 0198aaaa has 0 attempts so far, not 3.\n")));
    }

    [Test, CancelAfter(30_000)]
    public async Task Rigs_NamedByHostnameOrPrefix_AreFoundAndAnAmbiguousNameIsRefused(CancellationToken cancellation)
    {
        Script.Rigs.Add(new RigStatus { RigId = "aaaa1111-0", Connected = true, Host = new HostInventory { Hostname = "left" } });
        Script.Rigs.Add(new RigStatus { RigId = "aaaa2222-0", Connected = false, Host = new HostInventory { Hostname = "right" } });
        Assert.That((await RunAsync(cancellation, "rigs", "drain", "left", "--deadline", "10m")).Out, Does.Contain("left (aaaa1111) takes no more jobs."));
        Assert.That((await RunAsync(cancellation, "rigs", "resume", "aaaa2")).Out, Does.Contain("right (aaaa2222) takes jobs again."));
        Assert.That(Script.Drains, Is.EqualTo(new[] { new DrainRigRequest { RigId = "aaaa1111-0", DeadlineS = 600 }, new DrainRigRequest { RigId = "aaaa2222-0", Resume = true } }));
        var both = await RunAsync(cancellation, "rigs", "drain", "aaaa");
        Assert.That((both.Code, both.Error), Is.EqualTo((ExitCode.BadUsage, "'aaaa' names 2 rigs: left (aaaa1111), right (aaaa2222). Write more of the id.\n")));
        Assert.That((await RunAsync(cancellation, "rigs", "drain", "lefft")).Error, Does.Contain("did you mean left?"));
    }

    [Test, CancelAfter(30_000)]
    public async Task Token_NotPermitted_IsExitFour(CancellationToken cancellation)
    {
        var (code, _, error) = await RunAsync(cancellation, "token", "create");
        Assert.That(code, Is.EqualTo(ExitCode.NotPermitted));
        Assert.That(error, Does.Contain("operator.json"));
    }

    [Test, CancelAfter(30_000)]
    public async Task Jobs_NobodyListens_IsExitThree(CancellationToken cancellation)
    {
        var (code, _, error) = await RunAsync(cancellation, "jobs", "--coordinator", "http://127.0.0.1:1");
        Assert.That(code, Is.EqualTo(ExitCode.NotReachable));
        Assert.That(error, Does.StartWith("The coordinator is not reachable").And.Contain("rigshift-coordinator serve"));
    }

    [Test, CancelAfter(30_000)]
    public async Task Results_JobWithoutOutputs_SaysWhy(CancellationToken cancellation)
    {
        var (code, _, error) = await RunAsync(cancellation, "results", "0198", "--out", Path.Combine(directory, "out"));
        Assert.That(code, Is.EqualTo(ExitCode.Failed));
        Assert.That(error, Does.Contain("is pending and has no outputs yet"));
    }

    private async Task<(int Code, string Out, string Error)> RunAsync(CancellationToken cancellation, params string[] arguments)
    {
        using var capture = new ScreenCapture();
        var code = await CommandLine.RunAsync([.. arguments, "--state-dir", directory], capture.Screen, TimeProvider.System, cancellation);
        return (code, capture.Out, capture.Error);
    }
}
