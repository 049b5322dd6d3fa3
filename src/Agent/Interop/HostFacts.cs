using System.Globalization;
using System.Runtime.InteropServices;
using Rigshift.Agent.Interop.Windows;

namespace Rigshift.Agent.Interop;

/// <summary>What this rig is, and what it has free now.</summary>
/// <param name="Os">"linux" or "windows".</param>
/// <param name="OsVersion">As the system names itself, e.g. "Debian GNU/Linux 12 (bookworm), kernel 6.1.0".</param>
/// <param name="MemoryAvailableBytes">What programs can still take without swapping.</param>
/// <param name="DiskFreeBytes">What this user may still write where the agent keeps its state; null when the disk does not say.</param>
internal sealed record HostFacts(
    string Hostname, string Os, string OsVersion, int CpuCores, long MemoryTotalBytes, long MemoryAvailableBytes, long? DiskFreeBytes)
{
    private const long BytesPerKib = 1024;

    public static HostFacts Read(string stateDirectory)
    {
        var windows = OperatingSystem.IsWindows();
        var (total, available) = windows ? WindowsMemory.Read() : LinuxMemory();
        return new(
            Environment.MachineName,
            windows ? "windows" : "linux",
            windows ? RuntimeInformation.OSDescription : LinuxVersion(),
            Environment.ProcessorCount,
            total,
            available,
            DiskFree(stateDirectory));
    }

    /// <summary>Null when the disk does not say.</summary>
    public static long? DiskFree(string directory)
    {
        try
        {
            return new DriveInfo(Path.GetFullPath(directory)).AvailableFreeSpace;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null; // A disk that is gone or not ready has no number.
        }
    }

    private static (long Total, long Available) LinuxMemory()
    {
        long total = 0, available = 0;
        foreach (var line in File.ReadLines("/proc/meminfo"))
        {
            if (line.StartsWith("MemTotal:", StringComparison.Ordinal))
            {
                total = Kib(line);
            }
            else if (line.StartsWith("MemAvailable:", StringComparison.Ordinal))
            {
                available = Kib(line);
                break;
            }
        }

        return (total, available);
    }

    private static long Kib(string line) =>
        long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * BytesPerKib;

    private static string LinuxVersion()
    {
        const string Key = "PRETTY_NAME=";
        const string Release = "/etc/os-release";
        var name = File.Exists(Release)
            ? File.ReadLines(Release).FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal))?[Key.Length..].Trim('"')
            : null;
        var kernel = Environment.OSVersion.Version.ToString();
        return name is null ? $"Linux, kernel {kernel}" : $"{name}, kernel {kernel}";
    }
}
