using System.Collections.Immutable;

namespace Rigshift.Coordinator.Dispatch;

/// <summary>A job that waits for a rig.</summary>
/// <param name="Sequence">Order of submission; kept when the job is tried again, so that it goes to the front of its priority.</param>
/// <param name="FailedOn">Rigs on which it failed.</param>
/// <param name="Digests">Its inputs, to prefer a rig that has them.</param>
internal sealed record JobNeed(Guid JobId, long Sequence, int Priority, string Runtime, Capacity Need, ImmutableHashSet<Guid> FailedOn, ImmutableArray<string> Digests);

/// <summary>A waiting job with what dispatch remembers of it.</summary>
/// <param name="Since">When it began to wait.</param>
/// <param name="NotBefore">Rigs that refused it, and until when they are left alone.</param>
/// <param name="ReservedRig">The rig that is kept free for it.</param>
internal sealed record WaitingJob(JobNeed Job, TimeSpan Since, ImmutableDictionary<Guid, TimeSpan> NotBefore, Guid? ReservedRig);

/// <summary>The order in which jobs are served.</summary>
internal readonly record struct JobOrder(int Priority, long Sequence) : IComparable<JobOrder>
{
    public int CompareTo(JobOrder other)
    {
        var priority = other.Priority.CompareTo(Priority);
        return priority != 0 ? priority : Sequence.CompareTo(other.Sequence);
    }

    public static bool operator <(JobOrder left, JobOrder right) => left.CompareTo(right) < 0;

    public static bool operator >(JobOrder left, JobOrder right) => left.CompareTo(right) > 0;

    public static bool operator <=(JobOrder left, JobOrder right) => left.CompareTo(right) <= 0;

    public static bool operator >=(JobOrder left, JobOrder right) => left.CompareTo(right) >= 0;
}
