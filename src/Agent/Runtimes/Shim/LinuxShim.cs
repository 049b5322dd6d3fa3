using Rigshift.Agent.Interop.Linux;

namespace Rigshift.Agent.Runtimes.Shim;

/// <summary>
/// Start of a shim on Linux. It must be cheap: a rig starts a hundred of these per second. So there is one thread,
/// no console, no signal handler, and files are read once.
/// </summary>
internal static class LinuxShim
{
    // A power cut loses the last half minute of a disk. A job shorter than this is simply run again;
    // a longer one is worth a flush, so that its end is known even if the agent was down meanwhile.
    private static readonly TimeSpan WorthFlushing = TimeSpan.FromSeconds(10);

    public static int Run(ControlFiles files)
    {
        // Started by hand, not by an agent: the runtime's other threads would swallow the end of the program.
        if (!SignalInbox.IsBlocked(Signal.Child))
        {
            return ShimEntry.BadUsage;
        }

        using var held = Plumbing.TryLock(files.Lock);
        if (held is null || files.HasExit || files.HasMark)
        {
            return ShimEntry.NotMine;
        }

        if (files.ReadOrder() is not { } order)
        {
            return ShimEntry.NoOrder;
        }

        var self = Environment.ProcessId;
        files.ReserveExit();
        files.WriteMark(new(self, ProcFs.Stat(self)?.StartTime ?? 0, Environment.ProcessPath ?? "", order.BootId));
        Plumbing.BecomeSubreaper();
        Plumbing.BecomeKillable();
        Finish(files, Supervise(files, order));
        return ShimEntry.Done;
    }

    private static ExitRecord Supervise(ControlFiles files, LaunchOrder order)
    {
        // Blocked and not ignored: what the program does with them is its own affair.
        using var inbox = SignalInbox.Open(Signal.Hangup, Signal.Interrupt, Signal.Quit, Signal.Terminate, Signal.Child);
        using var outputs = new LinuxOutputs(files, order.LogCapBytes);
        var began = TimeProvider.System.GetTimestamp();
        if (Start(order, outputs, out var pid) is { } fault)
        {
            return new(order.BootId, LaunchFault: fault);
        }

        var how = new LinuxTree(pid, TimeSpan.FromMilliseconds(order.GraceMs), inbox, outputs).WaitUntilGone();
        var wall = TimeProvider.System.GetElapsedTime(began);
        var usage = Reaper.Usage();
        return new(
            order.BootId,
            ExitCode: how.ExitCode,
            Signal: how.Signal,
            OnDisk: wall > WorthFlushing,
            WallS: wall.TotalSeconds,
            CpuS: usage.CpuS,
            PeakMemoryBytes: usage.PeakMemoryBytes);
    }

    private static string? Start(LaunchOrder order, LinuxOutputs outputs, out int pid)
    {
        pid = 0;
        if (Plumbing.ChangeDirectory(order.WorkingDirectory) is { } fault)
        {
            return $"{order.WorkingDirectory}: {fault}";
        }

        var request = new SpawnRequest(
            order.Command[0], order.Command, order.Environment, SpawnApart.Group, BlockSignals: false, outputs.StdoutWriter, outputs.StderrWriter);
        var error = Spawn.Start(request, out pid);
        outputs.ForgetWriters();
        return error == 0 ? null : $"{order.Command[0]}: {LinuxError.Words(error)}";
    }

    private static void Finish(ControlFiles files, ExitRecord record)
    {
        if (record.OnDisk)
        {
            Plumbing.SyncFileSystem(files.Directory);
        }

        files.WriteExit(record);
    }
}
