using Rigshift.Agent.Model;

namespace Rigshift.Agent.Leases;

/// <summary>Capacity less what is reserved; never below zero.</summary>
internal sealed record FreeCapacity(int Places, int CpuMillis, long MemoryBytes, long DiskBytes, IReadOnlyList<LeasableGpu> Gpus)
{
    public static FreeCapacity Of(Capacity capacity, IReadOnlyCollection<Reservation> reservations)
    {
        var cpu = (long)capacity.CpuMillis;
        var memory = capacity.MemoryBytes;
        var disk = capacity.DiskBytes;
        var held = new HashSet<GpuUuid>();
        foreach (var reservation in reservations)
        {
            cpu -= reservation.Resources.CpuMillis;
            memory -= reservation.Resources.MemoryBytes;
            disk -= reservation.Resources.DiskBytes;
            held.UnionWith(reservation.Gpus);
        }

        return new FreeCapacity(
            Math.Max(0, capacity.Attempts - reservations.Count),
            (int)Math.Max(0, cpu),
            Math.Max(0, memory),
            Math.Max(0, disk),
            [.. capacity.Gpus.Where(gpu => !held.Contains(gpu.Uuid))]);
    }
}
