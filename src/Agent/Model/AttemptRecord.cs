using Rigshift.Rules;

namespace Rigshift.Agent.Model;

/// <summary>Everything the rig has on record about an attempt. Replaced whole; journalled before it takes effect.</summary>
internal sealed record AttemptRecord
{
    public required AttemptId Id { get; init; }

    public required JobId JobId { get; init; }

    public required Fence Fence { get; init; }

    public required int AttemptNo { get; init; }

    public required JobSpec Spec { get; init; }

    public required AttemptState State { get; init; }

    /// <summary>Cards reserved for it; empty for a CPU job.</summary>
    public IReadOnlyList<GpuUuid> Gpus { get; init; } = [];

    /// <summary>Null until the coordinator confirmed the accept.</summary>
    public HeldLease? Lease { get; init; }

    /// <summary>Boot clock of the lease's boot: from here on the program has had its time. Null before it ran.</summary>
    public TimeSpan? RunDeadline { get; init; }

    /// <summary>Launches put on record; more than one means the host died in between.</summary>
    public int LaunchCount { get; init; }

    /// <summary>How to find the program again; null before it ran.</summary>
    public RuntimeHandle? Handle { get; init; }

    /// <summary>Set once, when the program's end or the reason to stop is known.</summary>
    public AttemptOutcome? Outcome { get; init; }

    public IReadOnlyList<OutputArtifact> Outputs { get; init; } = [];

    public AttemptUsage? Usage { get; init; }

    /// <summary>Highest event number on record; 0 is none.</summary>
    public ulong LastEventNo { get; init; }

    /// <summary>Highest event number that the coordinator has on disk.</summary>
    public ulong AckedEventNo { get; init; }

    /// <summary>Wall clock, milliseconds since the Unix epoch; for display and for throwing old records away.</summary>
    public long CreatedUnixMs { get; init; }

    /// <summary>The same for when it was acked; 0 is not yet.</summary>
    public long AckedUnixMs { get; init; }
}

/// <summary>A lease in the rig's own time. Deadlines count from when the request left, less the safety margin.</summary>
/// <param name="Terms">As the coordinator granted them.</param>
/// <param name="BootId">The boot whose clock the deadlines are in.</param>
/// <param name="LeaseDeadline">From here on the coordinator may have reassigned the job.</param>
/// <param name="OrphanDeadline">From here on the attempt must not run.</param>
internal sealed record HeldLease(LeaseTerms Terms, string BootId, TimeSpan LeaseDeadline, TimeSpan OrphanDeadline);

/// <summary>
/// A running program, found again after an agent restart only when process id, start time and image path all match:
/// process ids are reused.
/// </summary>
/// <param name="Kind">Which runtime made it.</param>
/// <param name="Pid">Process id of the attempt's shim.</param>
/// <param name="StartTime">What the system gives as its start (Linux: clock ticks since boot; Windows: FILETIME of creation).</param>
/// <param name="ImagePath">The shim's executable.</param>
/// <param name="BootId">Boot in which it was started; empty where unknown.</param>
internal sealed record RuntimeHandle(RuntimeKind Kind, int Pid, long StartTime, string ImagePath, string BootId);

/// <summary>A fact about an attempt that the coordinator must hear of at least once.</summary>
internal sealed record AttemptEvent(AttemptId AttemptId, ulong EventNo, AttemptState State, long RigTimeUnixMs, string Reason, string Detail);
