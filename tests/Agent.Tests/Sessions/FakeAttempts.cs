using System.Collections.Concurrent;
using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Sessions;

/// <summary>The attempts as a session sees them, with everything that it was asked to do.</summary>
internal sealed class FakeAttempts : IAttempts
{
    private readonly Lock gate = new();
    private TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<OutboxItem> outbox = [];

    public static OfferTerms Free { get; } = new(2, 2000, 1 << 30, 1 << 30, [], [RuntimeKind.Onnx], [], "");

    public ConcurrentQueue<string> Calls { get; } = new();

    public ConcurrentDictionary<AttemptId, TimeSpan> ConfirmedSentAt { get; } = new();

    public Func<Assignment, ValueTask<AssignAnswer>> OnAssign { get; set; } = _ => ValueTask.FromResult(new AssignAnswer(null, "", null));

    public IReadOnlyList<AttemptReport> Held { get; set; } = [];

    public OfferTerms Offer { get; set; } = Free;

    public IReadOnlyList<LogSource> LogSources { get; set; } = [];

    public ConcurrentQueue<AttemptId> SentLogs { get; } = new();

    public long Version { get; private set; }

    public bool Draining => false;

    public void SetOutbox(params OutboxItem[] items) => Change(() => outbox = [.. items]);

    public void Change(Action change)
    {
        TaskCompletionSource before;
        lock (gate)
        {
            change();
            Version++;
            before = changed;
            changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        before.SetResult();
    }

    public IReadOnlyList<AttemptReport> Inventory() => Held;

    public IReadOnlyList<SettledResult> RecentlyAcked(int limit) => [];

    public ValueTask<AssignAnswer> AssignAsync(Assignment assignment)
    {
        Calls.Enqueue($"assign {assignment.AttemptId}");
        return OnAssign(assignment);
    }

    public ValueTask ConfirmAsync(AttemptId id, Fence fence, LeaseTerms terms, TimeSpan sentAt)
    {
        ConfirmedSentAt[id] = sentAt;
        return Called($"confirm {id}");
    }

    public ValueTask ApplyVerdictAsync(AttemptVerdict verdict, TimeSpan sentAt) => Called($"{verdict.Verdict} {verdict.Id}");

    public int VerdictRounds { get; private set; }

    public ValueTask VerdictsAppliedAsync()
    {
        VerdictRounds++;
        return ValueTask.CompletedTask;
    }

    public ValueTask AckEventsAsync(AttemptId id, ulong eventNo)
    {
        Change(() => outbox.RemoveAll(o => o is EventItem e && e.Id == id && e.Event.EventNo <= eventNo));
        return Called($"ack events {id} {eventNo}");
    }

    public ValueTask AckResultAsync(AttemptId id, Fence fence, ResultVerdict verdict, IReadOnlyList<Digest> missing) => Called($"ack result {id} {verdict}");

    public async ValueTask<OrderAnswer> CancelAsync(AttemptId id, Fence fence, string reason)
    {
        await Called($"cancel {id} {reason}");
        return new OrderAnswer(null);
    }

    public async ValueTask<OrderAnswer> DrainAsync(TimeSpan? deadline)
    {
        await Called($"drain {deadline}");
        return new OrderAnswer(null);
    }

    public async ValueTask<OrderAnswer> ResumeAsync()
    {
        await Called("resume");
        return new OrderAnswer(null);
    }

    public IReadOnlyList<OutboxItem> Outbox()
    {
        lock (gate)
        {
            return [.. outbox];
        }
    }

    public IReadOnlyList<ProgressReport> TakeProgress() => [];

    public OfferTerms CurrentOffer() => Offer;

    public async ValueTask WaitForChangeAsync(long seen, CancellationToken cancellation)
    {
        Task wait;
        lock (gate)
        {
            wait = Version == seen ? changed.Task : Task.CompletedTask;
        }

        await wait.WaitAsync(cancellation);
    }

    public IReadOnlyList<LogSource> Logs() => LogSources;

    public void LogsSent(AttemptId id) => SentLogs.Enqueue(id);

    public IReadOnlyList<AttemptRecord> Records() => [];

    private ValueTask Called(string call)
    {
        Calls.Enqueue(call);
        return ValueTask.CompletedTask;
    }
}
