using System.Globalization;

namespace Rigshift.Benchmarks.Machine;

/// <summary>What the kernel says a process uses.</summary>
internal static class ProcessUse
{
    // USER_HZ, which is 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;
    private const int UserTimeField = 13;

    /// <summary>Bytes of memory, each shared page divided by those who share it.</summary>
    public static long ProportionalBytes(int pid) => Rollup(pid, "Pss:");

    public static long ResidentBytes(int pid) => Rollup(pid, "Rss:");

    /// <summary>Bytes that are nobody else's.</summary>
    public static long PrivateBytes(int pid) => Rollup(pid, "Private_Clean:") + Rollup(pid, "Private_Dirty:");

    /// <summary>User and system time of all threads so far.</summary>
    public static double CpuSeconds(int pid) => TwoTimes(pid, UserTimeField);

    /// <summary>The same of all child processes that have ended, and of theirs.</summary>
    public static double ChildrenCpuSeconds(int pid) => TwoTimes(pid, UserTimeField + 2);

    /// <summary>Child processes of any thread.</summary>
    public static int Children(int pid) =>
        Directory.GetDirectories($"/proc/{pid}/task").Sum(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);

    private static double TwoTimes(int pid, int field)
    {
        // The first two, number and name, are left out: a name may hold spaces.
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[field - 2], CultureInfo.InvariantCulture) + long.Parse(fields[field - 1], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    private static long Rollup(int pid, string name) =>
        long.Parse(
            File.ReadLines($"/proc/{pid}/smaps_rollup").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) * 1024;
}
