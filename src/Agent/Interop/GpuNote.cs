using System.Runtime.InteropServices;

namespace Rigshift.Agent.Interop;

/// <summary>One plain line for a rig whose cards cannot be used; null when a driver is there.</summary>
internal static class GpuNote
{
    private static readonly string[] LinuxDriverFiles =
    [
        "/proc/driver/nvidia/version",

        // WSL has no kernel module of its own; the driver is the Windows host's.
        "/usr/lib/wsl/lib/libcuda.so.1",
    ];

    /// <summary>Looks at files alone: loading the driver's library would leave it in the agent for good.</summary>
    public static string? Read() => HasDriver() ? null : "No NVIDIA driver found: this rig runs jobs on its CPU.";

    private static bool HasDriver() =>
        RuntimeInformation.IsOSPlatform(OSPlatform.Windows)
            ? File.Exists(Path.Combine(Environment.SystemDirectory, "nvcuda.dll"))
            : LinuxDriverFiles.Any(File.Exists);
}
