using System.Globalization;
using Rigshift.Agent.Interop.Linux;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Runtimes;

/// <summary>What is left, found again or refused when programs misbehave and agents or shims are killed.</summary>
[Platform("Linux")]
internal sealed class ShimLifeTests
{
    private const string WaitForRelease = "while [ ! -e release ]; do sleep 0.02; done";

    private readonly AttemptBench bench = new();
    private readonly ProcessRuntime runtime = AttemptBench.NewRuntime();

    [TearDown]
    public void Clean() => bench.Dispose();

    [Test]
    [CancelAfter(60_000)]
    public async Task Stop_ProgramIgnoresSigterm_IsKilledAfterTheGrace(CancellationToken cancellation)
    {
        var plan = bench.Script("trap '' TERM; echo $$ > pid; while :; do sleep 0.05; done");
        var handle = await LaunchAsync(plan, cancellation);
        await bench.WaitForAsync("pid", cancellation);

        var gone = await runtime.StopAsync(plan, handle, TimeSpan.FromMilliseconds(200));

        Assert.That(gone, Is.True);
        Assert.That(bench.Processes(), Is.Empty);
        Assert.That((await runtime.WaitAsync(plan, handle, cancellation)).Fault?.Detail, Does.Contain("SIGKILL"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Stop_ProgramEndsWhenAsked_ItsOwnEndIsOnRecord(CancellationToken cancellation)
    {
        var plan = bench.Script("trap 'exit 7' TERM; echo $$ > pid; while :; do sleep 0.05; done");
        var handle = await LaunchAsync(plan, cancellation);
        await bench.WaitForAsync("pid", cancellation);

        var gone = await runtime.StopAsync(plan, handle, TimeSpan.FromSeconds(30));

        Assert.That(gone, Is.True);
        Assert.That((await runtime.WaitAsync(plan, handle, cancellation)).ExitCode, Is.EqualTo(7));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Run_ProgramLeavesDaemonsInSessionsOfTheirOwn_NothingIsLeft(CancellationToken cancellation)
    {
        var plan = bench.Script("(setsid sh -c 'trap \"\" TERM; echo $$ > daemon; exec sleep 600' &) ; while [ ! -s daemon ]; do sleep 0.02; done");

        var exit = await AttemptBench.RunAsync(plan, cancellation);

        Assert.That(exit.ExitCode, Is.Zero);
        Assert.That(bench.Processes(), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Reattach_ByANewAgent_FindsTheProgramAndLosesNoLine(CancellationToken cancellation)
    {
        var plan = bench.Script($"echo before; echo $$ > pid; {WaitForRelease}; echo after; exit 5");
        var handle = await LaunchAsync(plan, cancellation);
        await bench.WaitForAsync("pid", cancellation);
        var next = AttemptBench.NewRuntime();

        var byHandle = await next.ReattachAsync(plan, handle, cancellation);
        var byRecord = await next.ReattachAsync(plan, null, cancellation);
        var waiting = next.WaitAsync(plan, byRecord.Handle!, cancellation).AsTask();
        await File.WriteAllTextAsync(Path.Combine(bench.Paths.Work, "release"), "", cancellation);

        var exit = await waiting;
        Assert.That(byHandle.Handle, Is.EqualTo(handle));
        Assert.That(byRecord.Handle, Is.EqualTo(handle));
        Assert.That(exit.ExitCode, Is.EqualTo(5));
        Assert.That(bench.Stdout(), Is.EqualTo("before\nafter\n"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Reattach_ProgramEndedWhileNoAgentLived_ItsEndIsKnown(CancellationToken cancellation)
    {
        var plan = bench.Script("exit 9");
        var handle = await LaunchAsync(plan, cancellation);
        await runtime.WaitAsync(plan, handle, cancellation);
        var next = AttemptBench.NewRuntime();

        var found = await next.ReattachAsync(plan, null, cancellation);

        Assert.That((await next.WaitAsync(plan, found.Handle!, cancellation)).ExitCode, Is.EqualTo(9));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Launch_AgainByTwoAgentsAtOnce_ProgramRunsOnce(CancellationToken cancellation)
    {
        var plan = bench.Script("echo run");
        var handle = await LaunchAsync(plan, cancellation);

        var again = await Task.WhenAll(
            AttemptBench.NewRuntime().LaunchAsync(plan, cancellation).AsTask(), AttemptBench.NewRuntime().LaunchAsync(plan, cancellation).AsTask());
        await runtime.WaitAsync(plan, handle, cancellation);
        var afterEnd = await AttemptBench.NewRuntime().LaunchAsync(plan, cancellation);
        await AttemptBench.NewRuntime().WaitAsync(plan, afterEnd.Handle!, cancellation);

        Assert.That(again.Select(result => result.Handle), Has.All.Not.Null);
        Assert.That(bench.Stdout(), Is.EqualTo("run\n"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Launch_OrderIsFromAnEarlierBoot_ProgramIsNotRunAgain(CancellationToken cancellation)
    {
        var plan = bench.Script("echo run");
        await AttemptBench.RunAsync(plan, cancellation);
        var next = AttemptBench.NewRuntime(new OtherBoot());

        var launched = await next.LaunchAsync(plan, cancellation);
        var exit = await next.WaitAsync(plan, launched.Handle!, cancellation);

        Assert.That(exit.Unknown, Is.True);
        Assert.That(exit.Fault?.Reason, Is.EqualTo(Reason.HostRestarted));
        Assert.That(bench.Stdout(), Is.EqualTo("run\n"));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Reattach_AfterAReboot_IsHostRestarted(CancellationToken cancellation)
    {
        var plan = bench.Script(WaitForRelease);
        var handle = await LaunchAsync(plan, cancellation);

        var found = await AttemptBench.NewRuntime(new OtherBoot()).ReattachAsync(plan, handle, cancellation);

        Assert.That(found.Fault?.Reason, Is.EqualTo(Reason.HostRestarted));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Wait_ShimIsKilled_ProgramIsEndedAndTheEndIsUnknown(CancellationToken cancellation)
    {
        var plan = bench.Script($"trap '' PIPE; echo $$ > pid; {WaitForRelease}");
        var handle = await LaunchAsync(plan, cancellation);
        var program = int.Parse(await bench.WaitForAsync("pid", cancellation), CultureInfo.InvariantCulture);
        var waiting = runtime.WaitAsync(plan, handle, cancellation).AsTask();

        ProcFs.Signal(ProcFs.Stat(handle.Pid)!.Value, Signal.Kill);

        var exit = await waiting;
        Assert.That(exit.Unknown, Is.True);
        Assert.That(exit.Fault?.Reason, Is.EqualTo(Reason.HandleLost));
        Assert.That(ProcFs.Stat(program) is null or { Ended: true }, Is.True);
        Assert.That(bench.Processes(), Is.Empty);
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Stop_HandleWasReusedByAStranger_StrangerIsNeverSignalled(CancellationToken cancellation)
    {
        using var other = new AttemptBench();
        var strange = other.Script($"echo $$ > pid; {WaitForRelease}");
        var stranger = await LaunchAsync(strange, cancellation);
        await other.WaitForAsync("pid", cancellation);
        var plan = bench.Script("true");
        RuntimeHandle[] forged =
        [
            stranger with { StartTime = stranger.StartTime - 1 },
            stranger with { ImagePath = "/bin/sh" },
            stranger with { BootId = "another" },
            stranger,
        ];

        foreach (var handle in forged)
        {
            Assert.That((await runtime.ReattachAsync(plan, handle, cancellation)).Handle, Is.Null);
            Assert.That(await runtime.StopAsync(plan, handle, TimeSpan.Zero), Is.True);
        }

        Assert.That((await runtime.ReattachAsync(strange, stranger, cancellation)).Handle, Is.EqualTo(stranger));
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Stop_BeforeTheShimCameUp_ProgramNeverStarts(CancellationToken cancellation)
    {
        var plan = bench.Script("echo run");
        var handle = await LaunchAsync(plan, cancellation);

        var gone = await runtime.StopAsync(plan, handle, TimeSpan.Zero);

        Assert.That(gone, Is.True);
        Assert.That(bench.Processes(), Is.Empty);
        Assert.That((await AttemptBench.NewRuntime().LaunchAsync(plan, cancellation)).Handle, Is.Not.Null, "and is not started by another launch");
        Assert.That(bench.Stdout(), Is.EqualTo("").Or.EqualTo("run\n"));
        Assert.That(bench.Processes(), Is.Empty);
    }

    /// <summary>As it looks for a moment inside exec, which on a busy rig lasts until the program has long ended.</summary>
    [Test]
    [CancelAfter(60_000)]
    public async Task WhenEnded_OwnShimWithoutItsCommandLine_WaitsForItsEnd(CancellationToken cancellation)
    {
        var host = new LinuxShimHost(new LinuxBootClock());
        var plan = bench.Script("true");
        var shim = Path.Combine(bench.Paths.Root, "shim.sh");
        await File.WriteAllTextAsync(shim, "#!/bin/sh\nexec sleep 30\n", cancellation);
        if (OperatingSystem.IsLinux())
        {
            File.SetUnixFileMode(shim, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        var handle = host.Start(RuntimeKind.Process, shim, plan, out _);
        Assert.That(handle, Is.Not.Null);
        while (ProcFs.Arguments(handle.Pid) is not ["sleep", ..])
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellation);
        }

        var ended = host.WhenEnded(handle, plan);
        Assert.That(ended.IsCompleted, Is.False);
        Assert.That(host.IsAlive(handle, plan), Is.True);

        host.Kill(handle, plan);
        await ended.WaitAsync(cancellation);
        Assert.That(host.IsAlive(handle, plan), Is.False);
    }

    private async Task<RuntimeHandle> LaunchAsync(LaunchPlan plan, CancellationToken cancellation)
    {
        var launched = await runtime.LaunchAsync(plan, cancellation);
        Assert.That(launched.Handle, Is.Not.Null, () => launched.Fault!.Detail);
        return launched.Handle!;
    }

    private sealed class OtherBoot : IBootClock
    {
        public TimeSpan Now => TimeSpan.Zero;

        public string BootId => "another-boot";
    }
}
