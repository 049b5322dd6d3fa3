using System.Collections.Immutable;

namespace Rigshift.Coordinator.Dispatch;

/// <summary>All that dispatch knows; replaced whole by each step.</summary>
internal sealed record DispatchState(
    ImmutableSortedDictionary<JobOrder, WaitingJob> Waiting,
    ImmutableDictionary<Guid, JobOrder> Orders,
    ImmutableDictionary<Guid, RigDesk> Rigs)
{
    public DispatchHold Hold { get; init; } = DispatchHold.None;

    public static DispatchState Empty { get; } =
        new(ImmutableSortedDictionary<JobOrder, WaitingJob>.Empty, ImmutableDictionary<Guid, JobOrder>.Empty, ImmutableDictionary<Guid, RigDesk>.Empty);

    public WaitingJob? Find(Guid jobId) => Orders.TryGetValue(jobId, out var order) ? Waiting[order] : null;

    public DispatchState With(WaitingJob job)
    {
        var order = new JobOrder(job.Job.Priority, job.Job.Sequence);
        return this with { Waiting = Waiting.SetItem(order, job), Orders = Orders.SetItem(job.Job.JobId, order) };
    }

    public DispatchState Without(Guid jobId) =>
        Orders.TryGetValue(jobId, out var order) ? this with { Waiting = Waiting.Remove(order), Orders = Orders.Remove(jobId) } : this;

    public DispatchState With(RigDesk rig) => this with { Rigs = Rigs.SetItem(rig.RigId, rig) };
}
