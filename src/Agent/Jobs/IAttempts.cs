using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Jobs;

/// <summary>
/// What a session may ask of the attempts. Calls that change something return when it is on disk. Times are the boot clock's,
/// taken when the message that is answered was sent.
/// </summary>
internal interface IAttempts
{
    /// <summary>All attempts that are not settled, for Hello.</summary>
    IReadOnlyList<AttemptReport> Inventory();

    /// <summary>Settled results of the last week, newest first, for a coordinator that may have lost them.</summary>
    IReadOnlyList<SettledResult> RecentlyAcked(int limit);

    /// <summary>T1: reserve, journal, answer. The same assignment twice gets the same answer.</summary>
    ValueTask<AssignAnswer> AssignAsync(Assignment assignment);

    /// <summary>The coordinator has the accept on disk: the attempt may start under this lease.</summary>
    ValueTask ConfirmAsync(AttemptId id, Fence fence, LeaseTerms terms, TimeSpan sentAt);

    ValueTask ApplyVerdictAsync(AttemptVerdict verdict, TimeSpan sentAt);

    /// <summary>Every verdict of Hello is applied: an agent that lost its journal may take work again.</summary>
    ValueTask VerdictsAppliedAsync();

    ValueTask AckEventsAsync(AttemptId id, ulong eventNo);

    ValueTask AckResultAsync(AttemptId id, Fence fence, ResultVerdict verdict, IReadOnlyList<Digest> missing);

    /// <summary>Idempotent; leaves a tombstone when the attempt is not here. The answer is for OrderReply.</summary>
    ValueTask<OrderAnswer> CancelAsync(AttemptId id, Fence fence, string reason);

    /// <summary>Takes no new attempt; null deadline lets running ones finish.</summary>
    ValueTask<OrderAnswer> DrainAsync(TimeSpan? deadline);

    ValueTask<OrderAnswer> ResumeAsync();

    /// <summary>Events and results that the coordinator has not acked, in sending order.</summary>
    IReadOnlyList<OutboxItem> Outbox();

    /// <summary>Latest progress of running attempts, changed since the last call.</summary>
    IReadOnlyList<ProgressReport> TakeProgress();

    /// <summary>What the rig could take now.</summary>
    OfferTerms CurrentOffer();

    /// <summary>Counts changes to anything above.</summary>
    long Version { get; }

    /// <summary>Returns when Version differs from <paramref name="seen"/>.</summary>
    ValueTask WaitForChangeAsync(long seen, CancellationToken cancellation);

    /// <summary>Logs that are not fully sent, and where they lie.</summary>
    IReadOnlyList<LogSource> Logs();

    /// <summary>All of the attempt's log is at the coordinator, or will never be wanted there.</summary>
    void LogsSent(AttemptId id);

    /// <summary>Everything on record, newest first, for people on the rig.</summary>
    IReadOnlyList<AttemptRecord> Records();

    bool Draining { get; }
}

internal sealed record Assignment(ulong OfferId, AttemptId AttemptId, JobId JobId, Fence Fence, int AttemptNo, JobSpec? Spec, string? SpecFault);

/// <summary>Null reason: accepted, on disk.</summary>
internal sealed record AssignAnswer(string? RefusalReason, string Detail, TimeSpan? RetryAfter);

internal sealed record AttemptReport(AttemptId Id, JobId JobId, Fence Fence, AttemptState State, ulong LastEventNo, Outcome? Outcome, bool Live);

internal sealed record SettledResult(AttemptId Id, JobId JobId, Fence Fence, Digest ResultDigest, Outcome Outcome);

internal enum Verdict
{
    Hold = 0,
    Continue = 1,
    Stop = 2,
    Resend = 3,
    Forget = 4,
}

internal sealed record AttemptVerdict(AttemptId Id, Fence Fence, Verdict Verdict, LeaseTerms? Terms, Fence? NewFence, string Reason);

internal enum ResultVerdict
{
    /// <summary>Keep and send again.</summary>
    None = 0,
    Committed = 1,
    Duplicate = 2,
    Fenced = 3,
    MissingArtifacts = 4,
}

/// <summary>Null reason: done.</summary>
internal sealed record OrderAnswer(string? RefusalReason);

/// <summary>Something to send until it is acked.</summary>
/// <param name="Fence">The attempt's fence now.</param>
/// <param name="SendNo">Grows when the same item must go out once more in a session that already sent it.</param>
internal abstract record OutboxItem(AttemptId Id, Fence Fence, int SendNo);

internal sealed record EventItem(AttemptEvent Event, Fence Fence) : OutboxItem(Event.AttemptId, Fence, 0);

/// <summary>A finished attempt whose outputs are uploaded.</summary>
internal sealed record ResultItem(AttemptRecord Record, Digest ResultDigest, long StdoutBytes, long StderrBytes, int SendNo) : OutboxItem(Record.Id, Record.Fence, SendNo);

internal sealed record ProgressReport(AttemptId Id, Fence Fence, ulong Done, ulong Total, string Unit);

/// <param name="Reason">Why there are no credits; empty otherwise.</param>
internal sealed record OfferTerms(
    int Credits, int CpuMillis, long MemoryBytes, long DiskBytes, IReadOnlyList<OfferedGpu> Gpus, IReadOnlyList<RuntimeKind> Runtimes, IReadOnlyList<Digest> Warm, string Reason);

internal sealed record OfferedGpu(GpuUuid Uuid, long VramBytes);

/// <param name="Ended">The program has ended: what is in the directories now is all.</param>
internal sealed record LogSource(AttemptId Id, AttemptPaths Paths, bool Ended);
