using System.Globalization;
using System.Text;

namespace Rigshift.Agent.Interop.Linux;

/// <param name="State">R, S, D, Z… as the kernel gives it.</param>
/// <param name="StartTime">Clock ticks since boot; with the pid it names one process of this boot.</param>
internal readonly record struct ProcessStat(int Pid, char State, int ParentPid, long StartTime)
{
    public bool Ended => State is 'Z' or 'X';
}

/// <summary>What /proc says of processes. Null: gone, or another user's.</summary>
internal static class ProcFs
{
    private const string Deleted = " (deleted)";
    private const int ParentField = 1;
    private const int StartTimeField = 19;

    public static ProcessStat? Stat(int pid)
    {
        if (ReadFile($"/proc/{pid}/stat") is not { } bytes)
        {
            return null;
        }

        // "pid (name) state ppid …": the name may hold spaces and brackets, so count from its last bracket.
        var text = Encoding.ASCII.GetString(bytes);
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return new(pid, fields[0][0], Number<int>(fields[ParentField]), Number<long>(fields[StartTimeField]));
    }

    /// <summary>The running program's file; also when an update has replaced it meanwhile.</summary>
    public static string? ImagePath(int pid)
    {
        try
        {
            var target = new FileInfo($"/proc/{pid}/exe").LinkTarget;
            return target is not null && target.EndsWith(Deleted, StringComparison.Ordinal) ? target[..^Deleted.Length] : target;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null; // The process ended while we looked, or is another user's.
        }
    }

    public static IReadOnlyList<string> Arguments(int pid) => Strings($"/proc/{pid}/cmdline");

    /// <summary>As it was when the program started.</summary>
    public static IReadOnlyList<string> Environment(int pid) => Strings($"/proc/{pid}/environ");

    public static IEnumerable<int> Pids()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                yield return pid;
            }
        }
    }

    /// <summary>Everything below a process that has not ended, itself left out.</summary>
    public static IReadOnlyList<ProcessStat> Descendants(int root)
    {
        var all = Pids().Select(Stat).OfType<ProcessStat>().ToLookup(stat => stat.ParentPid);
        var found = new List<ProcessStat>(all[root]);
        for (var i = 0; i < found.Count; i++)
        {
            found.AddRange(all[found[i].Pid]);
        }

        found.RemoveAll(stat => stat.Ended);
        return found;
    }

    /// <summary>Signals that process and no other that has its number since.</summary>
    public static bool Signal(ProcessStat target, int signal)
    {
        using var process = PidFd.TryOpen(target.Pid);
        return process is not null && Stat(target.Pid)?.StartTime == target.StartTime && process.TrySend(signal);
    }

    private static T Number<T>(string text)
        where T : IParsable<T> => T.Parse(text, CultureInfo.InvariantCulture);

    private static string[] Strings(string path) =>
        ReadFile(path) is { } bytes ? Encoding.UTF8.GetString(bytes).Split('\0', StringSplitOptions.RemoveEmptyEntries) : [];

    private static byte[]? ReadFile(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null; // The process ended while we looked, or is another user's.
        }
    }
}
