using Rigshift.Agent.Model;

namespace Rigshift.Agent.Leases;

/// <summary>What this rig may give to attempts altogether, before anything is reserved.</summary>
/// <param name="Attempts">Attempts that may hold a reservation at once.</param>
/// <param name="CpuMillis">Thousandths of a core.</param>
/// <param name="MemoryBytes">Main memory, what the system keeps for itself taken off.</param>
/// <param name="DiskBytes">Free on the state directory's disk now, the agent's own reserve taken off.</param>
/// <param name="Gpus">Cards that are fit to be leased.</param>
/// <param name="Runtimes">Runtimes that are turned on and have what they need.</param>
internal sealed record Capacity(
    int Attempts, int CpuMillis, long MemoryBytes, long DiskBytes, IReadOnlyList<LeasableGpu> Gpus, IReadOnlyList<RuntimeKind> Runtimes);

/// <summary>A card that attempts may be given.</summary>
internal sealed record LeasableGpu(GpuUuid Uuid, long VramBytes);
