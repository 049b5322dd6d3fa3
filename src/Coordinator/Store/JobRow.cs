using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Store;

/// <summary>A job as it is on disk, without its spec, which can be large.</summary>
internal sealed record JobRow
{
    public required long Sequence { get; init; }

    public required Guid Id { get; init; }

    public required int Priority { get; init; }

    public required int MaxAttempts { get; init; }

    public required LeaseClass LeaseClass { get; init; }

    public required JobState State { get; init; }

    /// <summary>Of the newest attempt; only its holder may end the job.</summary>
    public required Fence Fence { get; init; }

    /// <summary>The newest attempt; null before the first.</summary>
    public required Guid? AttemptId { get; init; }

    public required int Attempts { get; init; }

    public required int Failures { get; init; }

    public required int Losses { get; init; }

    public required bool CancelRequested { get; init; }

    public required Guid? CommittedAttempt { get; init; }

    public required string Reason { get; init; }

    public required string Detail { get; init; }

    public required long CreatedMs { get; init; }

    public required long EndedMs { get; init; }

    public bool HasEnded => State is JobState.Succeeded or JobState.Failed or JobState.Cancelled or JobState.Quarantined;
}
