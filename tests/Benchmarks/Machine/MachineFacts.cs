using System.Globalization;

namespace Rigshift.Benchmarks.Machine;

/// <summary>What a reader must know to compare the numbers with his own.</summary>
internal sealed record MachineFacts(int Cores, string Processor, double MemoryGb, string FileSystem, double Load)
{
    private const double Giga = 1e9;

    public static MachineFacts Read(string work) => new(
        Environment.ProcessorCount,
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown",
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Giga,
        new DriveInfo(work).DriveFormat,
        LoadNow());

    /// <summary>Mean of the last minute's runnable tasks.</summary>
    public static double LoadNow() => double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture);

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Cores} cores ({Processor}), {MemoryGb:0} GB, {FileSystem}, load {Load:0.0} at the start");
}
