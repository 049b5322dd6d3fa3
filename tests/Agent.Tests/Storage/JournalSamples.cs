using Microsoft.Extensions.Logging.Abstractions;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Storage;

/// <summary>Records with every member set, so that a member that the journal forgets is found out.</summary>
internal static class JournalSamples
{
    public static readonly Digest Digest = Digest.Of("bytes"u8);

    public static JobSpec Onnx { get; } = new(
        "digits",
        new ResourceRequest(2, 1500, 1L << 33, 1L << 34),
        new OnnxSpec("input/model.onnx", new OnnxImages("images", 28, 29, 3, true, 0.5f, [0.1f, 0.2f, 0.3f], [1, 2, 3]), new Dictionary<string, string> { ["x"] = "x.npy" }, 16, true, ["zero", "one"]),
        [new InputArtifact("model.onnx", Digest, 12345678901, true)],
        ["*.csv", "**"],
        TimeSpan.FromMinutes(90),
        new Dictionary<string, string> { ["A"] = "ü\n" });

    public static JobSpec Process { get; } = Onnx with { Runtime = new ProcessSpec(["/bin/echo", "a b"]) };

    public static AttemptRecord Record(JobSpec? spec = null) => new()
    {
        Id = new AttemptId(Guid.NewGuid()),
        JobId = new JobId(Guid.NewGuid()),
        Fence = new Fence(0xFFFF_FFFF_0000_0001),
        AttemptNo = 3,
        Spec = spec ?? Onnx,
        State = AttemptState.Running,
        Gpus = [new GpuUuid("GPU-1"), new GpuUuid("GPU-2")],
        Lease = new HeldLease(LeaseTerms.Batch, "boot", TimeSpan.FromSeconds(1.5), TimeSpan.FromHours(6)),
        LaunchCount = 2,
        Handle = new RuntimeHandle(RuntimeKind.Onnx, 4711, 123456789012, "/usr/bin/rigshift", "boot"),
        RunDeadline = TimeSpan.FromSeconds(77),
        Outcome = new AttemptOutcome(Outcome.Failed, Reason.ExitNonzero, "It ended with 3.", 3),
        Outputs = [new OutputArtifact("a/b.csv", Digest, 17)],
        Usage = new AttemptUsage(1.5, null, 1 << 20),
        LastEventNo = ulong.MaxValue,
        AckedEventNo = 4,
        CreatedUnixMs = 1_700_000_000_000,
        AckedUnixMs = 1_700_000_000_001,
    };

    public static AttemptEvent Event(AttemptId id, ulong number) => new(id, number, AttemptState.Running, 1_700_000_000_000, "reason", "detail");

    public static StorageOptions Options(string directory) => new() { StateDir = directory, BallastBytes = 0 };

    public static Journal Open(string directory, TimeProvider? time = null) => Open(Options(directory), time);

    public static Journal Open(StorageOptions options, TimeProvider? time = null)
    {
        var state = StateDirectory.Open(options.StateDir);
        return Journal.Open(state, options, new Ballast(state, options, NullLogger<Ballast>.Instance), time ?? TimeProvider.System, NullLogger<Journal>.Instance);
    }
}
