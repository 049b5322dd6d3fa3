using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Tests.Sessions;

/// <summary>Session facts only; they survive as long as the object does.</summary>
internal sealed class FakeJournal : IJournal
{
    private SessionFacts facts = SessionFacts.None;

    public Exception? Fault { get; set; }

    public ulong AgentEpoch { get; set; } = 1;

    public bool Recovering => false;

    public IReadOnlyList<AttemptRecord> LoadAttempts() => [];

    public IReadOnlyList<AttemptEvent> LoadUnackedEvents() => [];

    public IReadOnlyList<Tombstone> LoadTombstones() => [];

    public SessionFacts LoadSessionFacts() => facts;

    public bool LoadDraining() => false;

    public ValueTask CommitAsync(JournalEntry entry)
    {
        if (Fault is { } fault)
        {
            return ValueTask.FromException(fault);
        }

        facts = entry.Session ?? facts;
        return ValueTask.CompletedTask;
    }
}
