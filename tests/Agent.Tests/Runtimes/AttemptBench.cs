using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Rigshift.Agent.Interop.Linux;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Runtimes;

/// <summary>One attempt with real processes. A second runtime made of it stands for the agent's next life: it shares nothing but the disk.</summary>
internal sealed class AttemptBench : IDisposable
{
    private readonly TempDirectory directory = new();
    private readonly AttemptId attempt = new(Guid.CreateVersion7());

    // The agent's own output, …/bin/Agent/debug: the copy beside the tests lacks what the tests' framework brings.
    private static readonly string AgentBinary = Path.GetFullPath(
        Path.Combine(AppContext.BaseDirectory, "..", "..", "Agent", new DirectoryInfo(AppContext.BaseDirectory).Name, "rigshift"));

    public AttemptBench()
    {
        Paths = new AttemptPaths(directory.Root);
        Directory.CreateDirectory(Paths.Input);
    }

    public AttemptPaths Paths { get; }

    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<GpuUuid> Gpus { get; init; } = [];

    public static ProcessRuntime NewRuntime(IBootClock? clock = null, bool enabled = true)
    {
        var options = new RuntimesOptions { ShimPath = AgentBinary, Process = { Enabled = enabled } };
        clock ??= new LinuxBootClock();
        var host = new LinuxShimHost(clock);
        var launcher = new ShimLauncher(host, clock, TimeProvider.System, options, NullLogger<ShimLauncher>.Instance);
        return new(options, launcher, new(host, launcher, clock, TimeProvider.System, NullLogger<ShimEnding>.Instance));
    }

    public LaunchPlan Plan(params string[] command) => new(
        attempt,
        new JobId(Guid.CreateVersion7()),
        new JobSpec("test", new(0, 1000, 1 << 20, 1 << 20), new ProcessSpec(command), [], [], TimeSpan.FromMinutes(1), Environment),
        Paths,
        Gpus);

    public LaunchPlan Script(string script) => Plan("/bin/sh", "-c", script);

    public static async Task<RuntimeExit> RunAsync(LaunchPlan plan, CancellationToken cancellation)
    {
        var runtime = NewRuntime();
        var launched = await runtime.LaunchAsync(plan, cancellation);
        Assert.That(launched.Handle, Is.Not.Null, () => launched.Fault!.Detail);
        return await runtime.WaitAsync(plan, launched.Handle!, cancellation);
    }

    public string Stdout()
    {
        var buffer = new byte[1 << 20];
        var read = LogReader.Read(Paths.Stdout, 0, buffer);
        return Encoding.UTF8.GetString(buffer, 0, read.BytesRead);
    }

    /// <summary>Waits until the job has made this file in its working directory.</summary>
    public async Task<string> WaitForAsync(string name, CancellationToken cancellation)
    {
        var path = Path.Combine(Paths.Work, name);
        while (!File.Exists(path) || new FileInfo(path).Length == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, cancellation);
        }

        return (await File.ReadAllTextAsync(path, cancellation)).Trim();
    }

    /// <summary>Processes of this attempt, as the system sees them.</summary>
    public IReadOnlyList<int> Processes()
    {
        var mark = $"RIGSHIFT_OUTPUT={directory.Root}"; // The shim has it too.
        return [.. ProcFs.Pids().Where(pid => ProcFs.Stat(pid) is { Ended: false } && ProcFs.Environment(pid).Any(entry => entry.StartsWith(mark, StringComparison.Ordinal)))];
    }

    public void Dispose()
    {
        foreach (var pid in Processes())
        {
            if (ProcFs.Stat(pid) is { } stat)
            {
                ProcFs.Signal(stat, Signal.Kill);
            }
        }

        directory.Dispose();
    }
}
