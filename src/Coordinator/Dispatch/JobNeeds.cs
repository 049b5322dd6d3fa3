using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Dispatch;

/// <summary>Reads from a job's spec what dispatch needs to know, with the defaults of the protocol.</summary>
internal static class JobNeeds
{
    public const string Process = "process";
    public const string Onnx = "onnx";

    public static JobNeed From(JobRow job, JobSpec spec, IEnumerable<Guid> failedOn) => new(
        job.Id,
        job.Sequence,
        job.Priority,
        spec.RuntimeCase == JobSpec.RuntimeOneofCase.Process ? Process : Onnx,
        CapacityOf(spec.Resources),
        [.. failedOn],
        [.. spec.Inputs.Select(input => input.Artifact.Digest).Distinct()]);

    public static Capacity CapacityOf(Resources? resources) => new(
        resources?.Gpus ?? 0,
        OrDefault(resources?.CpuMillis, JobLimits.DefaultCpuMillis),
        OrDefault(resources?.MemoryBytes, JobLimits.DefaultMemoryBytes),
        OrDefault(resources?.DiskBytes, JobLimits.DefaultDiskBytes));

    public static Capacity CapacityOf(Offer offer) => new(offer.Gpus.Count, offer.CpuMillis, Clamp(offer.MemoryBytes), Clamp(offer.DiskBytes));

    private static long OrDefault(ulong? value, ulong standard) => Clamp(value is null or 0 ? standard : value.Value);

    private static long Clamp(ulong value) => value > long.MaxValue / 4 ? long.MaxValue / 4 : (long)value;
}
