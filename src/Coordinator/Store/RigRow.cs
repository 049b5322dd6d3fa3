namespace Rigshift.Coordinator.Store;

/// <summary>A rig as it is on disk.</summary>
internal sealed record RigRow
{
    public required Guid Id { get; init; }

    public required string Hostname { get; init; }

    public required string AgentVersion { get; init; }

    public required string AnchorsHash { get; init; }

    /// <summary>HostInventory of the last Hello; null before the first.</summary>
    public required byte[]? Host { get; init; }

    public required ulong AgentEpoch { get; init; }

    public required string BootId { get; init; }

    /// <summary>What the rig confirmed last.</summary>
    public required ulong StateGen { get; init; }

    /// <summary>What it was given last and may have on disk without our knowing.</summary>
    public required ulong OfferedStateGen { get; init; }

    public required long LastSeenMs { get; init; }

    public required bool Draining { get; init; }

    public required string QuarantineReason { get; init; }

    public required bool Revoked { get; init; }

    /// <summary>Begin of the newest certificate that was used; an older one is superseded.</summary>
    public required long CertificateBeginsMs { get; init; }

    public required long CertificateEndsMs { get; init; }
}
