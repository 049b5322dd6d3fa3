using Rigshift.Agent.Interop.Windows;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes.Shim;

namespace Rigshift.Agent.Runtimes;

/// <summary>Shims on Windows: detached processes, each the only holder of its attempt's job object.</summary>
internal sealed class WindowsShimHost(IBootClock clock) : IShimHost
{
    // What a runtime needs to find itself when the agent runs from a build tree; nothing of it is a secret.
    private static readonly string[] PassedOn = ["DOTNET_ROOT", "TEMP"];

    public RuntimeHandle? Start(RuntimeKind kind, string shimPath, LaunchPlan plan, out string fault)
    {
        // The runtime itself starts with little more than SystemRoot; the shim passes none of it on.
        string[] environment =
        [
            $"SystemRoot={Environment.GetFolderPath(Environment.SpecialFolder.Windows)}",
            .. PassedOn
                .Select(name => (Name: name, Value: Environment.GetEnvironmentVariable(name)))
                .Where(pair => pair.Value is not null)
                .Select(pair => $"{pair.Name}={pair.Value}"),
        ];
        using var process = WindowsSpawn.Start(
            new(shimPath, [shimPath, ShimEntry.Verb, plan.Paths.Control], environment, null, WindowsSpawnApart.Detached), out fault);
        return process is null
            ? null
            : new RuntimeHandle(kind, process.Pid, process.Created, process.ImagePath ?? shimPath, clock.BootId);
    }

    public bool IsAlive(RuntimeHandle handle, LaunchPlan plan)
    {
        using var process = TryOpen(handle);
        return process is { Ended: false };
    }

    public Task WhenEnded(RuntimeHandle handle, LaunchPlan plan)
    {
#pragma warning disable CA2000 // Both are disposed when the wait is over, which is after this method.
        var process = TryOpen(handle);
        if (process is null)
        {
            return Task.CompletedTask;
        }

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiter = process.Waiter();
#pragma warning restore CA2000 // Only the two above.
        ThreadPool.RegisterWaitForSingleObject(
            waiter,
            (_, _) =>
            {
                waiter.Dispose();
                process.Dispose();
                ended.SetResult();
            },
            null,
            Timeout.Infinite,
            executeOnlyOnce: true);
        return ended.Task;
    }

    // The grace is the one that the shim was launched with: an event carries no number.
    public void AskToEnd(RuntimeHandle handle, LaunchPlan plan, TimeSpan grace)
    {
        if (OperatingSystem.IsWindows() && EventWaitHandle.TryOpenExisting(WindowsNames.StopEvent(plan.AttemptId.Value), out var stop))
        {
            using (stop)
            {
                stop.Set();
            }
        }
    }

    public void Kill(RuntimeHandle handle, LaunchPlan plan)
    {
        using var process = TryOpen(handle);
        process?.Kill();
    }

    public int KillStrays(LaunchPlan plan)
    {
        using var job = JobObject.TryOpen(WindowsNames.Job(plan.AttemptId.Value));
        var active = job?.ActiveProcesses() ?? 0;
        if (active > 0)
        {
            job!.Terminate(); // It has active processes, so it is open.
        }

        return active;
    }

    public IDisposable? TryLock(string path) => WindowsNames.TryLock(path);

    // An open handle keeps the process id from being used again, so what is compared is what is acted on.
    private static WindowsProcess? TryOpen(RuntimeHandle handle)
    {
        var process = handle.Pid > 0 ? WindowsProcess.TryOpen(handle.Pid) : null;
        if (process is null || (process.Created == handle.StartTime
            && string.Equals(process.ImagePath, handle.ImagePath, StringComparison.OrdinalIgnoreCase)))
        {
            return process;
        }

        process.Dispose();
        return null;
    }
}
