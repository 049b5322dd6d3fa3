namespace Rigshift.Agent.Leases;

/// <summary>What the owner lets attempts have.</summary>
/// <param name="MaxAttempts">Attempts at once.</param>
/// <param name="MemoryReserveBytes">Main memory kept for the system and the agent.</param>
/// <param name="DiskReserveBytes">Free disk that attempts never get.</param>
internal sealed record CapacityOptions(int MaxAttempts = 32, long MemoryReserveBytes = 512L << 20, long DiskReserveBytes = 512L << 20);
