using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Proto = Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Mapping;

/// <summary>Offers and runtimes by their names on the wire.</summary>
internal static class OfferMapper
{
    public static Proto.RigMessage Map(OfferTerms terms, ulong offerId, ulong assignsSeen, TimeSpan ttl) => new()
    {
        Offer = new Proto.Offer
        {
            OfferId = offerId,
            Credits = (uint)Math.Max(0, terms.Credits),
            CpuMillis = (uint)Math.Max(0, terms.CpuMillis),
            MemoryBytes = (ulong)Math.Max(0, terms.MemoryBytes),
            DiskBytes = (ulong)Math.Max(0, terms.DiskBytes),
            Gpus = { terms.Gpus.Select(g => new Proto.OfferedGpu { GpuUuid = g.Uuid.Value, VramBytes = (ulong)Math.Max(0, g.VramBytes) }) },
            Runtimes = { terms.Runtimes.Select(Name) },
            TtlS = (uint)ttl.TotalSeconds,
            WarmDigests = { terms.Warm.Select(d => d.ToString()) },
            AssignsSeen = assignsSeen,
            Reason = terms.Reason,
        },
    };

    public static string Name(RuntimeKind kind) => kind switch
    {
        RuntimeKind.Process => "process",
        RuntimeKind.Onnx => "onnx",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "No name on the wire."),
    };
}
