namespace Rigshift.Coordinator.Dispatch;

/// <summary>What a job needs, or what a rig has free.</summary>
internal readonly record struct Capacity(long Gpus, long CpuMillis, long MemoryBytes, long DiskBytes)
{
    public bool Covers(Capacity need) =>
        Gpus >= need.Gpus && CpuMillis >= need.CpuMillis && MemoryBytes >= need.MemoryBytes && DiskBytes >= need.DiskBytes;

    public Capacity Less(Capacity taken) =>
        new(Gpus - taken.Gpus, CpuMillis - taken.CpuMillis, MemoryBytes - taken.MemoryBytes, DiskBytes - taken.DiskBytes);

    public Capacity Most(Capacity other) => new(
        Math.Max(Gpus, other.Gpus), Math.Max(CpuMillis, other.CpuMillis), Math.Max(MemoryBytes, other.MemoryBytes), Math.Max(DiskBytes, other.DiskBytes));
}
