using System.Collections;
using System.Collections.Concurrent;
using System.Globalization;
using Rigshift.Agent.Interop.Linux;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes.Shim;

namespace Rigshift.Agent.Runtimes;

/// <summary>Shims on Linux: sessions of their own, named by pidfd.</summary>
internal sealed class LinuxShimHost(IBootClock clock) : IShimHost
{
    // What a runtime needs to find itself when the agent runs from a build tree; nothing of it is a secret.
    private const string DotnetRootPrefix = "DOTNET_ROOT";

    private static readonly string[] ShimSettings =
    [
        // A shim's heap is a few hundred KiB: little is reserved, and what is small starts fast.
        "DOTNET_GCHeapHardLimit=0x2000000",
        "DOTNET_GCgen0size=0x80000",
        "DOTNET_EnableDiagnostics=0",
        "DOTNET_TieredCompilation=1",
    ];

    private readonly ExitWatch watch = new();
    private readonly ConcurrentDictionary<(int Pid, long StartTime), Task> ends = new();
    private readonly Lazy<IReadOnlyList<string>> settings = new(() => [.. ShimSettings, .. DotnetRoots()]);

    public RuntimeHandle? Start(RuntimeKind kind, string shimPath, LaunchPlan plan, out string fault)
    {
        // The mark is for the sweep: it finds also a shim that nobody has on record.
        string[] environment = [.. settings.Value, JobEnvironment.MarkOf(plan.AttemptId)];
        var request = new SpawnRequest(
            shimPath, [shimPath, ShimEntry.Verb, plan.Paths.Control], environment, SpawnApart.Session, BlockSignals: true);
        var error = Spawn.Start(request, out var pid);
        if (error != 0)
        {
            fault = $"{shimPath}: {LinuxError.Words(error)}";
            return null;
        }

        fault = "";

        // It is our child: until it is reaped its number is its own, so reading what /proc says of it is safe.
        var handle = new RuntimeHandle(kind, pid, ProcFs.Stat(pid)?.StartTime ?? 0, ProcFs.ImagePath(pid) ?? shimPath, clock.BootId);
#pragma warning disable CA2000 // The watch takes the descriptor over and closes it at the process's end.
        if (PidFd.TryOpen(pid) is { } process)
#pragma warning restore CA2000 // Only the line above.
        {
            ends[(pid, handle.StartTime)] = ReapAsync(watch.WhenEnded(process), handle);
        }

        return handle;
    }

    public bool IsAlive(RuntimeHandle handle, LaunchPlan plan) =>
        handle.Pid > 0
        && handle.BootId == clock.BootId
        && ProcFs.Stat(handle.Pid) is { Ended: false } stat
        && stat.StartTime == handle.StartTime
        && ProcFs.ImagePath(handle.Pid) == handle.ImagePath
        && ProcFs.Arguments(handle.Pid) is [.., ShimEntry.Verb, var control]
        && control == plan.Paths.Control;

    public Task WhenEnded(RuntimeHandle handle, LaunchPlan plan)
    {
        if (ends.TryGetValue((handle.Pid, handle.StartTime), out var known))
        {
            return known;
        }

#pragma warning disable CA2000 // The watch takes the descriptor over and closes it at the process's end.
        return TryOpen(handle, plan) is { } process
#pragma warning restore CA2000 // Only the line above.
            ? ends.GetOrAdd((handle.Pid, handle.StartTime), _ => ReapAsync(watch.WhenEnded(process), handle))
            : Task.CompletedTask;
    }

    public void AskToEnd(RuntimeHandle handle, LaunchPlan plan, TimeSpan grace)
    {
        using var process = TryOpen(handle, plan);
        _ = process?.TrySend(Signal.Terminate, (int)Math.Clamp(grace.TotalMilliseconds, 0, int.MaxValue));
    }

    public void Kill(RuntimeHandle handle, LaunchPlan plan)
    {
        using var process = TryOpen(handle, plan);
        _ = process?.TrySend(Signal.Kill);
    }

    public int KillStrays(AttemptId attempt)
    {
        var mark = JobEnvironment.MarkOf(attempt);
        var found = 0;
        foreach (var pid in ProcFs.Pids())
        {
            if (ProcFs.Stat(pid) is { Ended: false } stat && ProcFs.Environment(pid).Contains(mark))
            {
                found++;
                ProcFs.Signal(stat, Signal.Kill);
            }
        }

        return found;
    }

    public IDisposable? TryLock(string path) => Plumbing.TryLock(path);

    private static IEnumerable<string> DotnetRoots() =>
        from DictionaryEntry item in Environment.GetEnvironmentVariables()
        let name = (string)item.Key
        where name.StartsWith(DotnetRootPrefix, StringComparison.Ordinal)
        select string.Create(CultureInfo.InvariantCulture, $"{name}={item.Value}");

    // Opened first and compared then: from here on the handle is that process, whatever becomes of its number.
    private PidFd? TryOpen(RuntimeHandle handle, LaunchPlan plan)
    {
        var process = handle.Pid > 0 ? PidFd.TryOpen(handle.Pid) : null;
        if (process is not null && !IsAlive(handle, plan))
        {
            process.Dispose();
            return null;
        }

        return process;
    }

    private async Task ReapAsync(Task ended, RuntimeHandle handle)
    {
        await ended;
        Reaper.Take(handle.Pid);
        ends.TryRemove((handle.Pid, handle.StartTime), out _);
    }
}
