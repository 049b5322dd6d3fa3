namespace Rigshift.Coordinator.Leases;

/// <summary>
/// Time since the start. It never jumps. Where the system's clock leaves out a suspend, leases end later, which is the safe
/// side: rigs could not renew while the coordinator slept, and they always stop before the coordinator gives up.
/// </summary>
internal sealed class MonotonicClock(TimeProvider time)
{
    private readonly long start = time.GetTimestamp();

    public TimeSpan Now => time.GetElapsedTime(start);
}
