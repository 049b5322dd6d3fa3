using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Store;

/// <summary>An attempt as it is on disk.</summary>
internal sealed record AttemptRow
{
    public required Guid Id { get; init; }

    public required Guid JobId { get; init; }

    public required Guid RigId { get; init; }

    public required string RigName { get; init; }

    public required int AttemptNo { get; init; }

    public required Fence Fence { get; init; }

    public required AttemptState State { get; init; }

    public required AttemptPhase Phase { get; init; }

    public required ulong LastEvent { get; init; }

    public required Outcome Outcome { get; init; }

    public required string Reason { get; init; }

    public required string Detail { get; init; }

    public required bool WasLost { get; init; }

    /// <summary>Null until the rig's result is on record.</summary>
    public required string? ResultDigest { get; init; }

    public required long StartedMs { get; init; }

    public required long EndedMs { get; init; }
}
