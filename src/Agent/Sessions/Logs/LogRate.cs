using Rigshift.Agent.Artifacts;

namespace Rigshift.Agent.Sessions.Logs;

/// <summary>How fast one attempt's log may go.</summary>
internal static class LogRate
{
    /// <summary>The beginning of a log goes at once: most logs are smaller, and their readers wait.</summary>
    public const int BurstBytes = 256 * 1024;

    /// <summary>The smaller of what the owner and the coordinator allow; 0 on one side is no limit from it.</summary>
    public static int BytesPerSecond(int owner, int coordinator) =>
        owner == 0 ? coordinator : coordinator == 0 ? owner : Math.Min(owner, coordinator);

    public static TokenBucket Full(int bytesPerSecond, TimeSpan now) => new(bytesPerSecond, BurstBytes, BurstBytes, now);
}
