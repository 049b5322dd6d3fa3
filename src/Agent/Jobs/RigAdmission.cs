using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Leases;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;
using Rigshift.Rules;

namespace Rigshift.Agent.Jobs;

/// <summary>Gathers what admission looks at, and keeps the drain.</summary>
internal sealed class RigAdmission(IRigCapacity capacity, ReservationTable reservations, IArtifacts artifacts, IJournal journal)
{
    private const int WarmDigests = 32;

    private volatile bool draining = journal.LoadDraining();
    private TimeSpan? drainDeadline;
    private volatile bool recovering = journal.Recovering;

    public bool Draining => draining;

    /// <summary>The coordinator has given its verdicts: what it did not name is settled or held.</summary>
    /// <exception cref="JournalException">The rig stays in recovery.</exception>
    public async ValueTask EndRecoveryAsync()
    {
        if (recovering)
        {
            await journal.CommitAsync(new JournalEntry { Recovered = true });
            recovering = false;
        }
    }

    public AdmissionResult TryReserve(AttemptId id, JobSpec spec, int uncleanEnds)
    {
        var fault = capacity.RuntimeFault(spec.Runtime.Kind);
        var now = capacity.Read();
        return reservations.TryReserve(id, spec.Resources, held => Admission.Decide(new AdmissionState(now, held, draining, recovering, uncleanEnds), spec, fault));
    }

    public OfferTerms CurrentOffer()
    {
        var all = capacity.Read();
        var free = FreeCapacity.Of(all, reservations.Snapshot());
        var reason = draining ? Reason.Draining : recovering ? Reason.Recovering : free.Places == 0 ? Reason.NoCredit : "";
        return new OfferTerms(
            reason.Length > 0 ? 0 : free.Places,
            free.CpuMillis,
            free.MemoryBytes,
            free.DiskBytes,
            [.. free.Gpus.Select(gpu => new OfferedGpu(gpu.Uuid, gpu.VramBytes))],
            all.Runtimes,
            artifacts.Warm(WarmDigests),
            reason);
    }

    /// <exception cref="JournalException">Nothing has changed.</exception>
    public async ValueTask SetDrainingAsync(bool on, TimeSpan? deadline)
    {
        await journal.CommitAsync(new JournalEntry { Draining = on });
        drainDeadline = deadline;
        draining = on;
    }

    /// <summary>The drain's deadline has come for a running attempt.</summary>
    public AttemptOutcome? DrainedOut(AttemptRecord record, TimeSpan now) =>
        draining && drainDeadline is { } deadline && now >= deadline && record.State < AttemptState.Stopping
            ? new AttemptOutcome(Outcome.LeaseLost, Reason.Drained, "The rig is drained and the deadline has come.", null)
            : null;
}
