using System.Diagnostics;
using System.Globalization;

namespace Rigshift.Benchmarks.Floors;

/// <summary>Starting the job's program directly.</summary>
internal static class SpawnFloor
{
    /// <summary>Prints when it runs, in nanoseconds since 1970: the first thing that a job can tell of itself.</summary>
    public static IReadOnlyList<string> Clock { get; } = ["/usr/bin/date", "+%s%N"];

    /// <summary>When the program ran.</summary>
    public static DateTimeOffset Run()
    {
        using var process = Process.Start(new ProcessStartInfo(Clock[0], Clock.Skip(1)) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{Clock[0]} did not start.");
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return Parse(text);
    }

    public static DateTimeOffset Parse(string nanoseconds) =>
        DateTimeOffset.UnixEpoch.AddTicks(long.Parse(nanoseconds.Trim(), CultureInfo.InvariantCulture) / TimeSpan.NanosecondsPerTick);
}
