using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Leases;

/// <summary>Everything the decision looks at.</summary>
/// <param name="UncleanEnds">How often this job's program was running when the rig went down.</param>
internal sealed record AdmissionState(
    Capacity Capacity,
    IReadOnlyCollection<Reservation> Reservations,
    bool Draining,
    bool Recovering,
    int UncleanEnds);

/// <summary>Cards to reserve, or why not.</summary>
internal sealed record AdmissionResult(IReadOnlyList<GpuUuid> Gpus, string? Reason, string Detail, TimeSpan? RetryAfter);

/// <summary>Whether an assignment is taken. A running attempt is never ended to make room for it.</summary>
internal static class Admission
{
    private const int UncleanEndsAllowed = 2;
    private static readonly TimeSpan SoonAgain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LaterAgain = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan NotToday = TimeSpan.FromHours(1);

    public static AdmissionResult Decide(AdmissionState state, JobSpec spec, (string Reason, string Detail)? runtimeFault)
    {
        if (state.Draining)
        {
            return Refuse(Reason.Draining, "The rig is drained.", LaterAgain);
        }

        if (state.Recovering)
        {
            return Refuse(Reason.Recovering, "The agent lost its journal and waits for the coordinator's verdicts.", SoonAgain);
        }

        if (state.Reservations.Count >= state.Capacity.Attempts)
        {
            return Refuse(Reason.NoCredit, $"All {state.Capacity.Attempts} places are taken.", SoonAgain);
        }

        if (state.UncleanEnds >= UncleanEndsAllowed)
        {
            return Refuse(Reason.Poison, $"The rig went down {state.UncleanEnds} times while this job ran.", NotToday);
        }

        return runtimeFault is { } fault ? Refuse(fault.Reason, fault.Detail, NotToday) : Fit(state, spec.Resources);
    }

    private static AdmissionResult Fit(AdmissionState state, ResourceRequest wish)
    {
        var free = FreeCapacity.Of(state.Capacity, state.Reservations);
        if (wish.CpuMillis > free.CpuMillis)
        {
            return Refuse(Reason.NotEnoughCpu, $"{wish.CpuMillis} thousandths of a core are wanted, {free.CpuMillis} are free.", SoonAgain);
        }

        if (wish.MemoryBytes > free.MemoryBytes)
        {
            return Refuse(Reason.NotEnoughMemory, $"{wish.MemoryBytes >> 20} MiB of memory are wanted, {free.MemoryBytes >> 20} are free.", SoonAgain);
        }

        if (wish.DiskBytes > free.DiskBytes)
        {
            return Refuse(Reason.NotEnoughDisk, $"{wish.DiskBytes >> 20} MiB of disk are wanted, {free.DiskBytes >> 20} are free.", LaterAgain);
        }

        return wish.Gpus > free.Gpus.Count
            ? Refuse(Reason.NotEnoughGpus, $"{wish.Gpus} GPUs are wanted, {free.Gpus.Count} are free.", SoonAgain)
            : new AdmissionResult([.. free.Gpus.Take(wish.Gpus).Select(gpu => gpu.Uuid)], null, "", null);
    }

    private static AdmissionResult Refuse(string reason, string detail, TimeSpan retryAfter) => new([], reason, detail, retryAfter);
}
