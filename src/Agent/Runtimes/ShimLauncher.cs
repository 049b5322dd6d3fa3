using Microsoft.Extensions.Logging;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes.Shim;
using Rigshift.Rules;

namespace Rigshift.Agent.Runtimes;

/// <summary>A program for a shim to run.</summary>
internal sealed record ShimCommand(RuntimeKind Kind, IReadOnlyList<string> Command, IReadOnlyList<string> Environment);

/// <summary>
/// Starts an attempt's shim once, however often it is asked to and whoever dies in between. What is in the control
/// directory decides:
/// <code>
/// no launch.json            nothing ever ran: write it, start a shim
/// launch.json alone         a shim may be on its way: start another; the lock lets one of them run the program
/// launch.json, old boot     a power cut came; what ran is gone and is not run again
/// shim.json                 it ran, or runs: adopted
/// exit.json                 it has ended
/// </code>
/// </summary>
internal sealed partial class ShimLauncher(
    IShimHost host, IBootClock clock, TimeProvider time, RuntimesOptions options, ILogger<ShimLauncher> logger)
{
    // A shim comes up in milliseconds; this is for a rig that swaps.
    private static readonly TimeSpan ShimStart = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(10);

    public async ValueTask<LaunchResult> LaunchAsync(LaunchPlan plan, ShimCommand command, CancellationToken cancellation)
    {
        var files = new ControlFiles(plan.Paths.Control);
        if (Adopt(files, command.Kind) is { } earlier)
        {
            return LaunchResult.Launched(earlier);
        }

        if (files.ReadOrder() is not { } order)
        {
            Prepare(plan);
            files.WriteOrder(Order(plan, command));
            return Start(plan, command.Kind);
        }

        if (order.BootId != clock.BootId)
        {
            return LaunchResult.Launched(Ended(command.Kind, order.BootId));
        }

        var started = Start(plan, command.Kind);
        return started.Fault is not null ? started : await AwaitMarkAsync(plan, command.Kind, cancellation) is { } handle
            ? LaunchResult.Launched(handle)
            : LaunchResult.Failed(Reason.LaunchFailed, "The attempt's shim did not come up.");
    }

    public async ValueTask<LaunchResult> ReattachAsync(
        LaunchPlan plan, RuntimeKind kind, RuntimeHandle? journalled, CancellationToken cancellation)
    {
        var files = new ControlFiles(plan.Paths.Control);
        var order = files.ReadOrder();
        if (!files.HasMark && !files.HasExit && order is not null && order.BootId == clock.BootId)
        {
            await AwaitMarkAsync(plan, kind, cancellation);
        }

        if (Running(plan, kind, journalled) is { } handle)
        {
            Log.ShimReattached(logger, plan.AttemptId, handle.Pid);
            return LaunchResult.Launched(handle);
        }

        if (files.HasExit)
        {
            return LaunchResult.Launched(Adopt(files, kind)!); // A record of the end is adopted always.
        }

        var boot = order?.BootId ?? journalled?.BootId ?? clock.BootId;
        return boot != clock.BootId
            ? LaunchResult.Failed(Reason.HostRestarted, "The rig was restarted while the program ran.")
            : LaunchResult.Failed(Reason.HandleLost, "The program is gone and left no record of how it ended.");
    }

    /// <summary>The attempt's living shim: as journalled, or as it put itself on record.</summary>
    public RuntimeHandle? Running(LaunchPlan plan, RuntimeKind kind, RuntimeHandle? journalled)
    {
        if (journalled is not null && host.IsAlive(journalled, plan))
        {
            return journalled;
        }

        var marked = new ControlFiles(plan.Paths.Control).ReadMark() is { } mark ? HandleOf(kind, mark) : null;
        return marked is not null && host.IsAlive(marked, plan) ? marked : null;
    }

    /// <summary>Waits for a shim that was started just now to say which process it is.</summary>
    public async Task<RuntimeHandle?> AwaitMarkAsync(LaunchPlan plan, RuntimeKind kind, CancellationToken cancellation)
    {
        var files = new ControlFiles(plan.Paths.Control);
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < ShimStart)
        {
            if (Adopt(files, kind) is { } handle)
            {
                return handle;
            }

            await Task.Delay(LookAgain, time, cancellation);
        }

        return null;
    }

    private static RuntimeHandle HandleOf(RuntimeKind kind, ShimMark mark) => new(kind, mark.Pid, mark.StartTime, mark.ImagePath, mark.BootId);

    private static RuntimeHandle Ended(RuntimeKind kind, string bootId) => new(kind, 0, 0, "", bootId);

    private static void Prepare(LaunchPlan plan)
    {
        Directory.CreateDirectory(plan.Paths.Control);
        Directory.CreateDirectory(plan.Paths.Output);
        Directory.CreateDirectory(JobEnvironment.TemporaryDirectory(plan.Paths));
    }

    private static RuntimeHandle? Adopt(ControlFiles files, RuntimeKind kind) =>
        files.ReadMark() is { } mark ? HandleOf(kind, mark)
        : files.ReadExit() is { } exit ? Ended(kind, exit.BootId)
        : null;

    private LaunchOrder Order(LaunchPlan plan, ShimCommand command) => new(
        plan.AttemptId.Value,
        clock.BootId,
        command.Command,
        command.Environment,
        plan.Paths.Work,
        options.StopGraceS * 1000,
        options.LogCapBytes);

    private LaunchResult Start(LaunchPlan plan, RuntimeKind kind)
    {
        if (host.Start(kind, options.ShimPath ?? Environment.ProcessPath ?? "rigshift", plan, out var fault) is not { } handle)
        {
            return LaunchResult.Failed(Reason.LaunchFailed, fault);
        }

        Log.ShimStarted(logger, plan.AttemptId, handle.Pid);
        return LaunchResult.Launched(handle);
    }

    private static partial class Log
    {
        [LoggerMessage(1700, LogLevel.Debug, "ShimStarted {Attempt} {Pid}")]
        public static partial void ShimStarted(ILogger logger, AttemptId attempt, int pid);

        [LoggerMessage(1701, LogLevel.Information, "ShimReattached {Attempt} {Pid}")]
        public static partial void ShimReattached(ILogger logger, AttemptId attempt, int pid);
    }
}
