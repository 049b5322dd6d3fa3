using System.Runtime.InteropServices;

namespace Rigshift.Agent.Interop.Linux;

/// <summary>How a process ended: one of the two is set.</summary>
internal readonly record struct EndedHow(int? ExitCode, int? Signal);

/// <summary>What every child that was waited for has used together.</summary>
internal readonly record struct ChildrenUsage(double CpuS, long PeakMemoryBytes);

/// <summary>Takes leave of ended children.</summary>
internal static unsafe class Reaper
{
    private const int NoHang = 1;
    private const int Children = -1;

    // rusage: user and system time as seconds and microseconds, then the largest resident size in KiB, then more.
    private const int UsageFields = 18;

    /// <summary>
    /// Takes one ended child. <paramref name="anyLeft"/> is false when there is no child at all, ended or not: the
    /// kernel's own word that nothing of the tree is left, because every orphan becomes a child of its subreaper.
    /// </summary>
    public static bool TryTake(out int pid, out EndedHow how, out bool anyLeft)
    {
        var status = 0;
        pid = LibC.waitpid(-1, &status, NoHang);
        how = pid > 0 ? Read(status) : default;
        anyLeft = pid >= 0 || Marshal.GetLastPInvokeError() != LinuxError.NoChild;
        return pid > 0;
    }

    /// <summary>Takes this ended child; nothing happens when it is not ours.</summary>
    public static void Take(int pid)
    {
        var status = 0;
        _ = LibC.waitpid(pid, &status, NoHang);
    }

    public static ChildrenUsage Usage()
    {
        var fields = stackalloc long[UsageFields];
        return LibC.getrusage(Children, fields) == 0
            ? new(fields[0] + fields[2] + ((fields[1] + fields[3]) / 1e6), fields[4] * 1024)
            : default;
    }

    private static EndedHow Read(int status) =>
        (status & 0x7F) == 0 ? new((status >> 8) & 0xFF, null) : new(null, status & 0x7F);
}
