using System.Collections.Immutable;
using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;
using Rigshift.Rules;

namespace Rigshift.Agent.Sessions.Core;

/// <summary>
/// Where one session is.
/// <code>
/// AwaitingAck → Confirming → Open
///      └────────────┴─────────┴→ Closed
/// </code>
/// </summary>
internal enum SessionPhase
{
    /// <summary>Hello is out.</summary>
    AwaitingAck = 1,

    /// <summary>HelloAck is here; its numbers and verdicts go to disk.</summary>
    Confirming = 2,

    /// <summary>Confirmed: everything may flow.</summary>
    Open = 3,

    Closed = 4,
}

/// <summary>Everything one session knows. Replaced whole; times are the boot clock's.</summary>
internal sealed record SessionState
{
    public required SessionPhase Phase { get; init; }

    /// <summary>When Hello left.</summary>
    public required TimeSpan HelloSentAt { get; init; }

    /// <summary>The cluster that this rig belongs to.</summary>
    public required Guid ClusterId { get; init; }

    /// <summary>What the rig had on disk when Hello left.</summary>
    public required SessionFacts Facts { get; init; }

    public ulong SessionGen { get; init; }

    /// <summary>
    /// The far side is not the coordinator that this rig last knew: an older incarnation, or another cluster. Nothing that
    /// it says stops, drops or starts work here.
    /// </summary>
    public bool Distrusted { get; init; }

    public SessionTimes Times { get; init; } = SessionTimes.Default;

    /// <summary>The coordinator's clock in HelloAck; null when it gave none.</summary>
    public DateTimeOffset? ServerTime { get; init; }

    /// <summary>Assignments of this session that have their answer: an offer made now takes them into account.</summary>
    public ulong AssignsAnswered { get; init; }

    public ulong HeartbeatSequence { get; init; }

    public TimeSpan NextHeartbeatAt { get; init; }

    /// <summary>Heartbeats without an answer, and when each left.</summary>
    public ImmutableSortedDictionary<ulong, TimeSpan> Unanswered { get; init; } = ImmutableSortedDictionary<ulong, TimeSpan>.Empty;

    /// <summary>Accepts that wait for AcceptConfirmed, and when each left: the lease counts from then.</summary>
    public ImmutableDictionary<AttemptId, SentAccept> Accepts { get; init; } = ImmutableDictionary<AttemptId, SentAccept>.Empty;

    /// <summary>Outbox items that went out in this session, with their SendNo.</summary>
    public ImmutableDictionary<OutboxKey, int> Sent { get; init; } = ImmutableDictionary<OutboxKey, int>.Empty;

    public OfferTrack Offers { get; init; } = new();

    public ImmutableDictionary<AttemptId, ProgressTrack> Progress { get; init; } = ImmutableDictionary<AttemptId, ProgressTrack>.Empty;

    public static SessionState Begin(Guid clusterId, SessionFacts facts, TimeSpan helloSentAt) =>
        new() { Phase = SessionPhase.AwaitingAck, ClusterId = clusterId, Facts = facts, HelloSentAt = helloSentAt };
}

internal sealed record SentAccept(Fence Fence, TimeSpan SentAt);

/// <summary>Event number, or 0 for the attempt's result.</summary>
internal readonly record struct OutboxKey(AttemptId Id, ulong EventNo)
{
    public static OutboxKey Of(OutboxItem item) => new(item.Id, item is EventItem e ? e.Event.EventNo : 0);
}

/// <summary>The offers of one session.</summary>
internal sealed record OfferTrack
{
    public ulong LastId { get; init; }

    public OfferTerms? LastTerms { get; init; }

    public ulong LastAssignsSeen { get; init; }

    public TimeSpan SentAt { get; init; }

    /// <summary>A newer offer waits for its turn.</summary>
    public bool Due { get; init; }
}

/// <param name="SentAt">When the last report left.</param>
/// <param name="Pending">A newer one that waits for its turn.</param>
internal sealed record ProgressTrack(TimeSpan SentAt, ProgressReport? Pending);
