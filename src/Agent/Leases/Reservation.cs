using Rigshift.Agent.Model;

namespace Rigshift.Agent.Leases;

/// <summary>What one attempt holds. Keyed by the attempt, so that nobody else can give it back.</summary>
internal sealed record Reservation(AttemptId Owner, ResourceRequest Resources, IReadOnlyList<GpuUuid> Gpus);
