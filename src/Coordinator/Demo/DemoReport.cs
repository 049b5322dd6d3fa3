using Rigshift.Coordinator.Commands;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Demo;

/// <summary>What <c>demo --json</c> prints. Names and meanings stay; fields may be added.</summary>
internal sealed record DemoReport(
    string JobId, int Images, int Labelled, int Right, double? Accuracy, string Picture, DemoRig Rig,
    IReadOnlyDictionary<string, double> Seconds, IReadOnlyList<DemoPrediction> Predictions, DemoKept? Kept);

internal sealed record DemoRig(string RigId, string Hostname, string Os, uint CpuCores, ulong MemoryBytes, string? GpuNote)
{
    public static DemoRig From(RigStatus rig) =>
        new(rig.RigId, rig.Host.Hostname, rig.Host.Os, rig.Host.CpuCores, rig.Host.MemoryBytes, JobView.Some(rig.Host.GpuNote));
}

internal sealed record DemoPrediction(string File, string Label, double? Score, string? Expected)
{
    /// <summary>Null: the right answer is not known.</summary>
    public bool? IsRight => Expected is null ? null : Expected == Label;
}

/// <summary>What <c>--keep</c> left running.</summary>
internal sealed record DemoKept(string StateDirectory, string CoordinatorUrl, int CoordinatorPid, int AgentPid);
