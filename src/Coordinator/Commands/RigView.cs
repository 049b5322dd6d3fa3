using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Commands;

/// <summary>A rig in <c>--json</c>. Names and meanings stay; fields may be added. Absent values are left out.</summary>
internal sealed record RigView(
    string RigId, string Hostname, string State, bool Connected, DateTimeOffset? LastSeenAt, bool Draining, string? QuarantineReason, string AgentVersion,
    string Os, string OsVersion, uint CpuCores, ulong MemoryBytes, IReadOnlyList<string> Runtimes, string? GpuNote, IReadOnlyList<string> AttemptIds,
    OfferView? Offer, DateTimeOffset? CertificateEndsAt)
{
    public static RigView From(RigStatus rig) => new(
        rig.RigId,
        rig.Host?.Hostname ?? "",
        StateOf(rig).Text,
        rig.Connected,
        JobView.Time(rig.LastSeenUnixMs),
        rig.Draining,
        JobView.Some(rig.QuarantineReason),
        rig.AgentVersion,
        rig.Host?.Os ?? "",
        rig.Host?.OsVersion ?? "",
        rig.Host?.CpuCores ?? 0,
        rig.Host?.MemoryBytes ?? 0,
        [.. rig.Host?.Runtimes ?? []],
        JobView.Some(rig.Host?.GpuNote ?? ""),
        [.. rig.AttemptIds],
        rig.Offer is { } o ? new OfferView(o.Credits, o.CpuMillis, o.MemoryBytes, o.DiskBytes, o.Gpus.Count, JobView.Some(o.Reason)) : null,
        JobView.Time(rig.CertificateEndsUnixMs));

    /// <summary>One word for where the rig stands, the worst first.</summary>
    public static Cell StateOf(RigStatus rig) => rig switch
    {
        { QuarantineReason.Length: > 0 } => new Cell("quarantined", Tone.Bad),
        { Connected: false, LastSeenUnixMs: 0 } => new Cell("never seen", Tone.Dim),
        { Connected: false } => new Cell("disconnected", Tone.Bad),
        { Draining: true } => new Cell("draining", Tone.Warn),
        { AttemptIds.Count: > 0 } => new Cell("working", Tone.Good),
        _ => new Cell("ready", Tone.Good),
    };
}

internal sealed record OfferView(uint Credits, uint CpuMillis, ulong MemoryBytes, ulong DiskBytes, int Gpus, string? Reason);
