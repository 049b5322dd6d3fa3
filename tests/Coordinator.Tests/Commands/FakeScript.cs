using System.Collections.Concurrent;
using Google.Protobuf;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Tests.Commands;

/// <summary>What the fake coordinator answers, and what it was asked.</summary>
internal sealed class FakeScript
{
    public const string JobId = "0198aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee";

    public Job Job { get; set; } = At(JobState.Pending);

    /// <summary>What Watch sends, one after the other, over all calls; null breaks the call.</summary>
    public ConcurrentQueue<Job?> Steps { get; } = new();

    /// <summary>Watch stays open after its last step.</summary>
    public bool HoldsWatch { get; set; }

    /// <summary>Watch has sent its last step and stays open.</summary>
    public TaskCompletionSource Held { get; } = new();

    public List<JobLogChunk> Log { get; } = [];

    public int LogCuts { get; set; }

    public List<RigStatus> Rigs { get; } = [];

    public List<SubmitRequest> Submitted { get; } = [];

    public List<DrainRigRequest> Drains { get; } = [];

    public static Job At(JobState state, AttemptPhase phase = AttemptPhase.Unspecified, Outcome outcome = Outcome.Unspecified, string reason = "")
    {
        var job = new Job { JobId = JobId, State = state, Spec = new JobSpec { Name = "digits", Onnx = new OnnxSpec() }, CreatedUnixMs = 1_700_000_000_000, Reason = reason };
        if (state is not JobState.Pending)
        {
            job.Attempts.Add(new Attempt { AttemptId = "a1", AttemptNo = 1, RigName = "rig-7", Phase = phase, Outcome = outcome, Reason = reason });
        }

        return job;
    }

    public void Print(LogStream stream, ulong offset, string text, ulong dropped = 0) =>
        Log.Add(new JobLogChunk { Stream = stream, Offset = offset, Data = ByteString.CopyFromUtf8(text), DroppedBytes = dropped, AttemptNo = 1 });
}
