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
    public static double CpuSeconds(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        var user = UserTimeField - 2;
        return (long.Parse(fields[user], CultureInfo.InvariantCulture) + long.Parse(fields[user + 1], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>Child processes of any thread.</summary>
    public static int Children(int pid) =>
        Directory.GetDirectories($"/proc/{pid}/task").Sum(task => File.ReadAllText(Path.Combine(task, "children")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);

    private static long Rollup(int pid, string name) =>
        long.Parse(
            File.ReadLines($"/proc/{pid}/smaps_rollup").First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            CultureInfo.InvariantCulture) * 1024;
}
