using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Storage;

/// <summary>
/// The durable facts of this rig. Whatever CommitAsync returned from is on the disk, whatever happens next; commits that
/// come at once share one fsync.
/// </summary>
internal interface IJournal
{
    /// <summary>+1, on disk, at each start of the agent.</summary>
    ulong AgentEpoch { get; }

    /// <summary>The journal was lost or corrupt, now or at an earlier start whose recovery never ended: what runs is not all known from it.</summary>
    bool Recovering { get; }

    /// <summary>Every attempt on record, acked ones of the last week included.</summary>
    IReadOnlyList<AttemptRecord> LoadAttempts();

    /// <summary>Events that are not acked, in order of attempt and number.</summary>
    IReadOnlyList<AttemptEvent> LoadUnackedEvents();

    /// <summary>Job and fence pairs that were cancelled or refused and must never be launched.</summary>
    IReadOnlyList<Tombstone> LoadTombstones();

    SessionFacts LoadSessionFacts();

    /// <summary>The operator or the owner has drained the rig.</summary>
    bool LoadDraining();

    /// <summary>All of the entry or nothing of it.</summary>
    /// <exception cref="JournalException">Nothing was written; the message names the cause and the remedy.</exception>
    ValueTask CommitAsync(JournalEntry entry);
}

/// <summary>One transaction. Null and empty parts are left as they are on disk.</summary>
internal sealed record JournalEntry
{
    /// <summary>Inserted, or replaced by id.</summary>
    public AttemptRecord? Attempt { get; init; }

    public AttemptEvent? Event { get; init; }

    public Tombstone? Tombstone { get; init; }

    public SessionFacts? Session { get; init; }

    public bool? Draining { get; init; }

    /// <summary>The coordinator has given its verdicts after the journal was lost: recovery is over.</summary>
    public bool Recovered { get; init; }

    /// <summary>Acked attempts to drop with their events.</summary>
    public IReadOnlyList<AttemptId> Forget { get; init; } = [];
}

/// <summary>Assignments of the attempt with a fence up to this one are refused for ever.</summary>
internal sealed record Tombstone(AttemptId AttemptId, Fence Fence, string Reason, long CreatedUnixMs);

/// <summary>What the rig remembers of its sessions.</summary>
/// <param name="StateGen">Last generation confirmed; 0 is none.</param>
/// <param name="IncarnationSeen">Highest incarnation ever seen; 0 is none.</param>
internal sealed record SessionFacts(ulong StateGen, uint IncarnationSeen)
{
    public static SessionFacts None { get; } = new(0, 0);
}
