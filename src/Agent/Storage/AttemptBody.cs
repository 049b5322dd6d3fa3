using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Storage;

/// <summary>The JSON part of an attempt's row: all of the record but its keys and its spec.</summary>
internal sealed record AttemptBody(
    int AttemptNo,
    IReadOnlyList<GpuUuid> Gpus,
    HeldLease? Lease,
    int LaunchCount,
    RuntimeHandle? Handle,
    TimeSpan? RunDeadline,
    AttemptOutcome? Outcome,
    IReadOnlyList<OutputArtifact> Outputs,
    AttemptUsage? Usage,
    ulong LastEventNo,
    long CreatedUnixMs,
    long AckedUnixMs)
{
    public static AttemptBody Of(AttemptRecord record) => new(
        record.AttemptNo,
        record.Gpus,
        record.Lease,
        record.LaunchCount,
        record.Handle,
        record.RunDeadline,
        record.Outcome,
        record.Outputs,
        record.Usage,
        record.LastEventNo,
        record.CreatedUnixMs,
        record.AckedUnixMs);

    public AttemptRecord ToRecord(AttemptId id, JobId jobId, Fence fence, AttemptState state, ulong ackedEventNo, JobSpec spec) => new()
    {
        Id = id,
        JobId = jobId,
        Fence = fence,
        AttemptNo = AttemptNo,
        Spec = spec,
        State = state,
        Gpus = Gpus,
        Lease = Lease,
        LaunchCount = LaunchCount,
        Handle = Handle,
        RunDeadline = RunDeadline,
        Outcome = Outcome,
        Outputs = Outputs,
        Usage = Usage,
        LastEventNo = LastEventNo,
        AckedEventNo = ackedEventNo,
        CreatedUnixMs = CreatedUnixMs,
        AckedUnixMs = AckedUnixMs,
    };
}
