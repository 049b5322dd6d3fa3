using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Runtimes;

[Platform("Linux")]
internal sealed class ProcessRuntimeTests
{
    private readonly AttemptBench bench = new();

    [TearDown]
    public void Clean() => bench.Dispose();

    [Test]
    public void Check_OwnerHasNotTurnedItOn_IsDisabled() =>
        Assert.That(AttemptBench.NewRuntime(enabled: false).Check()?.Reason, Is.EqualTo(Reason.RuntimeDisabled));

    [Test]
    [CancelAfter(60_000)]
    public async Task Run_ProgramPrintsAndSucceeds_OutputAndUsageAreKept(CancellationToken cancellation)
    {
        var exit = await AttemptBench.RunAsync(bench.Script("echo out; echo err >&2; cat"), cancellation);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(exit.ExitCode, Is.Zero);
            Assert.That(exit.Fault, Is.Null);
            Assert.That(exit.Usage?.WallS, Is.GreaterThan(0));
            Assert.That(exit.Usage?.PeakMemoryBytes, Is.GreaterThan(100_000));
            Assert.That(bench.Stdout(), Is.EqualTo("out\n"), "cat must find stdin at its end");
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Run_ProgramFails_FaultHasItsCodeAndLastWords(CancellationToken cancellation)
    {
        var exit = await AttemptBench.RunAsync(bench.Script("echo no model >&2; exit 3"), cancellation);

        Assert.That(exit.ExitCode, Is.EqualTo(3));
        Assert.That(exit.Fault, Is.EqualTo(new Rigshift.Agent.Runtimes.RuntimeFault(Reason.ExitNonzero, "Exit code 3: no model")));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Run_ProgramDiesOfASignal_FaultNamesIt(CancellationToken cancellation)
    {
        var exit = await AttemptBench.RunAsync(bench.Script("kill -SEGV $$"), cancellation);

        Assert.That(exit.ExitCode, Is.Null);
        Assert.That(exit.Fault?.Reason, Is.EqualTo(Reason.KilledBySignal));
        Assert.That(exit.Fault?.Detail, Does.Contain("SIGSEGV"));
    }

    [TestCase("/no/such/program", "No such file")]
    [TestCase("/etc/passwd", "denied")]
    [TestCase("./missing", "No such file")]
    [CancelAfter(60_000)]
    public async Task Run_ProgramCannotBeStarted_FaultHasTheSystemsWords(string program, string words, CancellationToken cancellation)
    {
        var exit = await AttemptBench.RunAsync(bench.Plan(program), cancellation);

        Assert.That(exit.Fault?.Reason, Is.EqualTo(Reason.LaunchFailed));
        Assert.That(exit.Fault?.Detail, Does.Contain(words));
    }

    [TestCase("true")]
    [TestCase("./../true")]
    [CancelAfter(60_000)]
    public async Task Launch_CommandIsNeitherAbsoluteNorBelowInput_IsRefused(string program, CancellationToken cancellation)
    {
        var launched = await AttemptBench.NewRuntime().LaunchAsync(bench.Plan(program), cancellation);

        Assert.That(launched.Fault?.Reason, Is.EqualTo(Reason.LaunchFailed));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Run_EnvironmentIsCleanAndOurs(CancellationToken cancellation)
    {
        using var own = new AttemptBench
        {
            Environment = new Dictionary<string, string> { ["GREETING"] = "a b", ["RIGSHIFT_ATTEMPT_ID"] = "forged" },
            Gpus = [new GpuUuid("GPU-1"), new GpuUuid("GPU-2")],
        };
        var plan = own.Plan("/usr/bin/env");

        await AttemptBench.RunAsync(plan, cancellation);

        var lines = own.Stdout().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines.Select(line => line[..line.IndexOf('=', StringComparison.Ordinal)]), Is.EquivalentTo(new[]
        {
            "PATH", "HOME", "TMPDIR", "LANG", "GREETING", "RIGSHIFT_ATTEMPT_ID", "RIGSHIFT_JOB_ID", "RIGSHIFT_INPUT", "RIGSHIFT_OUTPUT",
            "RIGSHIFT_PROGRESS", "CUDA_VISIBLE_DEVICES",
        }));
        Assert.That(lines, Does.Contain("GREETING=a b"));
        Assert.That(lines, Does.Contain($"RIGSHIFT_ATTEMPT_ID={plan.AttemptId}"));
        Assert.That(lines, Does.Contain("CUDA_VISIBLE_DEVICES=GPU-1,GPU-2"));
        Assert.That(lines, Does.Contain($"HOME={own.Paths.Work}"));
    }

    [Test]
    [CancelAfter(120_000)]
    public async Task Run_ProgramPrintsAGigabyte_DiskStaysBoundedAndBothEndsAreRight(CancellationToken cancellation)
    {
        const long Printed = 1L << 30;
        const int LineBytes = 16;
        var exit = await AttemptBench.RunAsync(
            bench.Script($"/usr/bin/yes 0123456789abcde | /usr/bin/head -c {Printed - LineBytes}; echo the-last-line-x"), cancellation);

        var onDisk = new DirectoryInfo(bench.Paths.Stdout).EnumerateFiles().Sum(file => file.Length);
        var tail = new byte[LineBytes];
        var end = Rigshift.Agent.Runtimes.LogReader.Read(bench.Paths.Stdout, Printed - LineBytes, tail);
        var seam = Rigshift.Agent.Runtimes.LogReader.Read(bench.Paths.Stdout, 8L << 20, tail.AsSpan(0, 1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(exit.ExitCode, Is.Zero);
            Assert.That(onDisk, Is.InRange(24L << 20, 32L << 20));
            Assert.That(Rigshift.Agent.Runtimes.LogReader.Length(bench.Paths.Stdout), Is.EqualTo(Printed));
            Assert.That(bench.Stdout(), Does.StartWith("0123456789abcde\n"));
            Assert.That(end, Is.EqualTo(new Rigshift.Agent.Runtimes.LogRead(0, LineBytes, AtEnd: true)));
            Assert.That(seam.DroppedBytes, Is.EqualTo(Printed - (32L << 20)));
        }
    }
}
