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
    private readonly ConcurrentDictionary<(int Pid, long StartTime), Watched> ends = new();
    private readonly Lazy<IReadOnlyList<string>> settings = new(() => [.. ShimSettings, .. DotnetRoots()]);

    public RuntimeHandle? Start(RuntimeKind kind, string shimPath, LaunchPlan plan, out string fault)
    {
        // The mark is for the sweep: it finds also a shim that nobody has on record.
        string[] environment = [.. settings.Value, JobEnvironment.MarkOf(plan)];
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
            Watch(process, handle, plan);
        }

        return handle;
    }

    // What is watched and not reaped is who it was. Asking /proc would be wrong, too: for a moment inside exec, which on a busy
    // rig can last, a process has no command line.
    public bool IsAlive(RuntimeHandle handle, LaunchPlan plan) => Known(handle, plan) is not null || IsAttempts(handle, plan);

    private Watched? Known(RuntimeHandle handle, LaunchPlan plan) =>
        ends.TryGetValue((handle.Pid, handle.StartTime), out var known) && known.Handle == handle && known.Control == plan.Paths.Control ? known : null;

    private bool IsAttempts(RuntimeHandle handle, LaunchPlan plan) =>
        handle.Pid > 0
        && handle.BootId == clock.BootId
        && ProcFs.Stat(handle.Pid) is { Ended: false } stat
        && stat.StartTime == handle.StartTime
        && ProcFs.ImagePath(handle.Pid) == handle.ImagePath
        && ProcFs.Arguments(handle.Pid) is [.., ShimEntry.Verb, var control]
        && control == plan.Paths.Control;

    public Task WhenEnded(RuntimeHandle handle, LaunchPlan plan)
    {
        if (Known(handle, plan) is { } known)
        {
            return known.Gone;
        }

#pragma warning disable CA2000 // The watch takes the descriptor over and closes it at the process's end.
        return TryOpen(handle, plan) is { } process
#pragma warning restore CA2000 // Only the line above.
            ? Watch(process, handle, plan)
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

    public int KillStrays(LaunchPlan plan)
    {
        var mark = JobEnvironment.MarkOf(plan);
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

    private Task Watch(PidFd process, RuntimeHandle handle, LaunchPlan plan)
    {
        var ended = watch.WhenEnded(process);
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var mine = new Watched(handle, plan.Paths.Control, gone.Task);
        // On the table before anything can take it off again: what ended at once must not stay there for ever.
        var known = ends.GetOrAdd((handle.Pid, handle.StartTime), mine);
        if (known == mine)
        {
            _ = ReapAsync(ended, handle, gone);
        }

        return known.Gone;
    }

    private async Task ReapAsync(Task ended, RuntimeHandle handle, TaskCompletionSource gone)
    {
        await ended;
        // In this order: once reaped, the number may be another process's.
        ends.TryRemove((handle.Pid, handle.StartTime), out _);
        Reaper.Take(handle.Pid);
        gone.SetResult();
    }

    private sealed record Watched(RuntimeHandle Handle, string Control, Task Gone);
}
