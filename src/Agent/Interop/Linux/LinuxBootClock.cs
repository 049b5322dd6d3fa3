using Rigshift.Agent.Model;

namespace Rigshift.Agent.Interop.Linux;

/// <summary>CLOCK_BOOTTIME: unlike Stopwatch on Linux it goes on while the rig is suspended.</summary>
internal sealed class LinuxBootClock : IBootClock
{
    private const int BootTime = 7;
    private const int NanosecondsPerTick = 100;

    public unsafe TimeSpan Now
    {
        get
        {
            var time = stackalloc long[2];
            return LibC.clock_gettime(BootTime, time) == 0
                ? new TimeSpan((time[0] * TimeSpan.TicksPerSecond) + (time[1] / NanosecondsPerTick))
                : throw LinuxError.Last("clock_gettime");
        }
    }

    public string BootId { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
}
