using Microsoft.Extensions.Logging;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes.Shim;
using Rigshift.Rules;

namespace Rigshift.Agent.Runtimes;

/// <summary>Waits for the end of an attempt's program, or brings it about.</summary>
internal sealed partial class ShimEnding(
    IShimHost host, ShimLauncher launcher, IBootClock clock, TimeProvider time, ILogger<ShimEnding> logger)
{
    // After the grace the shim kills its tree; a process that a driver call holds in the kernel takes longer or for ever.
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    /// <summary>The end as its shim put it on record; a fault when nobody knows it.</summary>
    public async Task<(ExitRecord? Record, RuntimeFault? Unknown)> WaitAsync(LaunchPlan plan, RuntimeHandle handle, CancellationToken cancellation)
    {
        var running = launcher.Running(plan, handle.Kind, handle);
        if (running is not null)
        {
            await host.WhenEnded(running, plan).WaitAsync(cancellation);
        }

        var files = new ControlFiles(plan.Paths.Control);
        if (files.ReadExit() is { NeverStarted: false } exit && (exit.OnDisk || exit.BootId == clock.BootId))
        {
            return (exit, null);
        }

        if ((files.ReadOrder()?.BootId ?? handle.BootId) != clock.BootId)
        {
            // Without the flush, what the program wrote may be gone even if the record of its end is not.
            return (null, new(Reason.HostRestarted, "The rig was restarted while the program ran."));
        }

        await EndStraysAsync(plan);
        return (null, new(Reason.HandleLost, "The program's shim was killed, so nobody saw how the program ended. What was left of it was ended too."));
    }

    public async Task<bool> StopAsync(LaunchPlan plan, RuntimeKind kind, RuntimeHandle? handle, TimeSpan grace)
    {
        var running = launcher.Running(plan, kind, handle);
        if (running is null && !CloseLaunch(plan))
        {
            await launcher.AwaitMarkAsync(plan, kind, CancellationToken.None);
            running = launcher.Running(plan, kind, handle);
        }

        if (running is not null)
        {
            host.AskToEnd(running, plan, grace);
            if (!await EndsWithinAsync(host.WhenEnded(running, plan), grace + KillPatience))
            {
                Log.ShimKilled(logger, plan.AttemptId, running.Pid);
                host.Kill(running, plan);
            }
        }

        // A shim leaves a record of an end only when the kernel told it that nothing is left.
        return new ControlFiles(plan.Paths.Control).ReadExit() is { NeverStarted: false } || await EndStraysAsync(plan);
    }

    /// <summary>
    /// Makes sure that no shim will start the program from here on: whoever comes late finds a record of the end.
    /// False: a shim holds the attempt at this moment.
    /// </summary>
    private bool CloseLaunch(LaunchPlan plan)
    {
        var files = new ControlFiles(plan.Paths.Control);
        if (files.HasExit || files.ReadOrder() is not { } order)
        {
            return true;
        }

        using var held = host.TryLock(files.Lock);
        if (held is not null && !files.HasExit)
        {
            Close(files, order);
        }

        return held is not null;
    }

    private static void Close(ControlFiles files, LaunchOrder order)
    {
        try
        {
            files.WriteExit(new(order.BootId, NeverStarted: true));
        }
        catch (IOException)
        {
            files.ForgetOrder(); // A full disk takes no record; without its order no shim starts anything either.
        }
    }

    private async Task<bool> EndStraysAsync(LaunchPlan plan)
    {
        var began = time.GetTimestamp();
        var found = host.KillStrays(plan);
        if (found > 0)
        {
            Log.StraysKilled(logger, plan.AttemptId, found);
        }

        while (found > 0 && time.GetElapsedTime(began) < KillPatience)
        {
            await Task.Delay(LookAgain, time);
            found = host.KillStrays(plan);
        }

        if (found > 0)
        {
            Log.StraysStuck(logger, plan.AttemptId, found);
        }

        return found == 0;
    }

    private async Task<bool> EndsWithinAsync(Task ended, TimeSpan patience)
    {
        try
        {
            await ended.WaitAsync(patience, time);
            return true;
        }
        catch (TimeoutException)
        {
            return false; // The caller's answer to it is the next, harder step.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1710, LogLevel.Warning, "ShimKilled {Attempt} {Pid}: it did not end its tree in time")]
        public static partial void ShimKilled(ILogger logger, AttemptId attempt, int pid);

        [LoggerMessage(1711, LogLevel.Warning, "StraysKilled {Attempt} {Count}: processes without their shim")]
        public static partial void StraysKilled(ILogger logger, AttemptId attempt, int count);

        [LoggerMessage(1712, LogLevel.Error, "StraysStuck {Attempt} {Count}: processes that do not die; what they hold is not given away")]
        public static partial void StraysStuck(ILogger logger, AttemptId attempt, int count);
    }
}
