using Rigshift.Agent.Leases;
using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Jobs;

/// <summary>Small attempts for tests; what a test cares about it sets with 'with'.</summary>
internal static class Make
{
    public const string Boot = "boot-1";

    public static readonly LeaseTerms Terms = new(TimeSpan.FromMinutes(15), TimeSpan.FromHours(6));

    public static JobSpec Spec(int inputs = 0, int gpus = 0, int cpuMillis = 1000, long memory = 256L << 20, long disk = 256L << 20) => new(
        "job",
        new ResourceRequest(gpus, cpuMillis, memory, disk),
        new ProcessSpec(["/bin/true"]),
        [.. Enumerable.Range(0, inputs).Select(i => new InputArtifact($"in{i}", Digest.Of([(byte)i]), 1, false))],
        [],
        TimeSpan.FromDays(1), // Longer than every lease: a test of leases must not meet the timeout.
        new Dictionary<string, string>());

    public static AttemptRecord Record(AttemptState state = AttemptState.Accepted, int inputs = 0) => new()
    {
        Id = new AttemptId(new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)),
        JobId = new JobId(new Guid(2, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)),
        Fence = Fence.Create(100, 5),
        AttemptNo = 1,
        Spec = Spec(inputs),
        State = state,
        Lease = state == AttemptState.Accepted ? null : Lease(TimeSpan.Zero),
        LaunchCount = state >= AttemptState.Starting ? 1 : 0,
        Handle = state >= AttemptState.Running ? new RuntimeHandle(RuntimeKind.Process, 10, 20, "/rigshift", Boot) : null,
        Outcome = state >= AttemptState.Finished ? AttemptOutcome.Succeeded : null,
        LastEventNo = 3,
    };

    public static HeldLease Lease(TimeSpan sentAt) => LeaseClock.Grant(Terms, Boot, sentAt);
}
