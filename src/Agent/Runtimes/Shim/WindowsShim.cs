using Microsoft.Win32.SafeHandles;
using Rigshift.Agent.Interop.Windows;

namespace Rigshift.Agent.Runtimes.Shim;

/// <summary>The shim on Windows: the program runs in a job object whose only lasting handle is the shim's.</summary>
internal static class WindowsShim
{
    // The program is done; what it left behind has no work of its own to finish.
    private static readonly TimeSpan LeftoverGrace = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LookAgain = TimeSpan.FromMilliseconds(20);

    public static int Run(ControlFiles files)
    {
        using var held = WindowsNames.TryLock(files.Lock);
        if (held is null || files.HasExit || files.HasMark)
        {
            return ShimEntry.NotMine;
        }

        if (files.ReadOrder() is not { } order)
        {
            return ShimEntry.NoOrder;
        }

        using var stop = new EventWaitHandle(false, EventResetMode.ManualReset, WindowsNames.StopEvent(order.AttemptId));
        using var job = JobObject.Create(WindowsNames.Job(order.AttemptId));
        using var self = WindowsProcess.TryOpen(Environment.ProcessId);
        files.ReserveExit();
        files.WriteMark(new(Environment.ProcessId, self?.Created ?? 0, Environment.ProcessPath ?? "", order.BootId));
        files.WriteExit(Supervise(files, order, job, stop));
        return ShimEntry.Done;
    }

    private static ExitRecord Supervise(ControlFiles files, LaunchOrder order, JobObject job, EventWaitHandle stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        var (stdoutReader, stdoutWriter) = OutputPipe.Create();
        var (stderrReader, stderrWriter) = OutputPipe.Create();
        var request = new WindowsSpawnRequest(
            order.Command[0], order.Command, order.Environment, order.WorkingDirectory, WindowsSpawnApart.HiddenConsole);
        using var program = WindowsSpawn.StartIn(job, request, stdoutWriter, stderrWriter, out var fault);
        stdoutWriter.Dispose();
        stderrWriter.Dispose();
        if (program is null)
        {
            stdoutReader.Dispose();
            stderrReader.Dispose();
            return new(order.BootId, LaunchFault: $"{order.Command[0]}: {fault}");
        }

        Thread[] drains = [Drain(stdoutReader, files.Stdout, order.LogCapBytes / 2), Drain(stderrReader, files.Stderr, order.LogCapBytes / 2)];
        using (var ended = program.Waiter())
        {
            if (WaitHandle.WaitAny([ended, stop]) == 1)
            {
                program.Break();
                ended.WaitOne(order.GraceMs);
            }
        }

        EndLeftovers(job, stop);
        Array.ForEach(drains, drain => drain.Join());
        var usage = job.Usage();
        return new(
            order.BootId,
            ExitCode: program.ExitCode,
            OnDisk: false,
            WallS: TimeProvider.System.GetElapsedTime(began).TotalSeconds,
            CpuS: usage.CpuS,
            PeakMemoryBytes: usage.PeakMemoryBytes);
    }

    private static void EndLeftovers(JobObject job, EventWaitHandle stop)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (job.ActiveProcesses() > 0 && TimeProvider.System.GetElapsedTime(began) < LeftoverGrace && !stop.WaitOne(LookAgain))
        {
            // Nothing to tell them: Windows has no signal for a process without our console.
        }

        while (job.ActiveProcesses() > 0)
        {
            job.Terminate();
            Thread.CurrentThread.Join(LookAgain);
        }
    }

    private static Thread Drain(SafeFileHandle source, string directory, long capBytes)
    {
        var thread = new Thread(() =>
        {
            using var writer = new LogSegmentWriter(directory, capBytes);
            using var stream = new FileStream(source, FileAccess.Read, bufferSize: 0);
            var buffer = new byte[64 * 1024];
            while (stream.Read(buffer) is > 0 and var count)
            {
                writer.Append(buffer.AsSpan(0, count));
            }
        });
        thread.Start();
        return thread;
    }
}
