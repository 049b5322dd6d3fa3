using Rigshift.Agent.Jobs;
using Rigshift.Rules;
using Proto = Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Mapping;

/// <summary>What the coordinator rules about attempts. Anything unknown is read as: keep it as it is.</summary>
internal static class VerdictMapper
{
    /// <summary>Null when it names no attempt.</summary>
    public static AttemptVerdict? Map(Proto.AttemptVerdict wire) => WireIds.TryAttempt(wire.AttemptId, out var id)
        ? new AttemptVerdict(
            id.Value, new Fence(wire.Fence), Map(wire.Verdict), LeaseMapper.Map(wire.Lease), wire.NewFence == 0 ? null : new Fence(wire.NewFence), wire.Reason)
        : null;

    public static AttemptVerdict? Map(Proto.Renewal wire) => WireIds.TryAttempt(wire.AttemptId, out var id)
        ? new AttemptVerdict(id.Value, new Fence(wire.Fence), Map(wire.Verdict), LeaseMapper.Map(wire.Lease), null, wire.Reason)
        : null;

    public static ResultVerdict Map(Proto.ResultVerdict wire) => wire switch
    {
        Proto.ResultVerdict.Committed => ResultVerdict.Committed,
        Proto.ResultVerdict.Duplicate => ResultVerdict.Duplicate,
        Proto.ResultVerdict.Fenced => ResultVerdict.Fenced,
        Proto.ResultVerdict.MissingArtifacts => ResultVerdict.MissingArtifacts,
        _ => ResultVerdict.None,
    };

    private static Verdict Map(Proto.Verdict wire) => wire switch
    {
        Proto.Verdict.Continue => Verdict.Continue,
        Proto.Verdict.Stop => Verdict.Stop,
        Proto.Verdict.Resend => Verdict.Resend,
        Proto.Verdict.Forget => Verdict.Forget,
        _ => Verdict.Hold,
    };
}
