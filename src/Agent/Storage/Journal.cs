using Microsoft.Extensions.Logging;
using Rigshift.Agent.Model;
using Rigshift.Durable;

namespace Rigshift.Agent.Storage;

/// <inheritdoc cref="IJournal"/>
internal sealed partial class Journal : IJournal, IAsyncDisposable, IDisposable
{
    private readonly DurableDatabase database;
    private readonly StateDirectory state;
    private readonly StorageOptions options;
    private readonly Ballast ballast;

    private Journal(DurableDatabase database, StateDirectory state, StorageOptions options, Ballast ballast, ulong epoch, bool recovering)
    {
        this.database = database;
        this.state = state;
        this.options = options;
        this.ballast = ballast;
        AgentEpoch = epoch;
        Recovering = recovering;
    }

    public ulong AgentEpoch { get; }

    public bool Recovering { get; }

    /// <summary>Opens or creates it, and counts this start. A full disk is given the ballast first.</summary>
    /// <exception cref="JournalException">The disk refuses, or a newer agent wrote it; the message names directory and remedy.</exception>
    public static Journal Open(StateDirectory state, StorageOptions options, Ballast ballast, TimeProvider time, ILogger<Journal> logger)
    {
        try
        {
            var journal = OpenOnce(state, options, ballast, time, logger);
            ballast.Fill();
            return journal;
        }
        catch (JournalException e) when (e.Reason == Rules.Reason.DiskFull && ballast.Release()) // That is what it is for.
        {
            return OpenOnce(state, options, ballast, time, logger);
        }
    }

    public IReadOnlyList<AttemptRecord> LoadAttempts() => Read(JournalRows.Attempts);

    public IReadOnlyList<AttemptEvent> LoadUnackedEvents() => Read(JournalRows.UnackedEvents);

    public IReadOnlyList<Tombstone> LoadTombstones() => Read(JournalRows.Tombstones);

    public SessionFacts LoadSessionFacts() => Read(session => new SessionFacts(
        JournalRows.Fact(session, Facts.StateGen) ?? 0, (uint)(JournalRows.Fact(session, Facts.IncarnationSeen) ?? 0)));

    public bool LoadDraining() => Read(session => JournalRows.Fact(session, Facts.Draining) == 1);

    public async ValueTask CommitAsync(JournalEntry entry)
    {
        var prepared = new PreparedEntry(entry, options);
        try
        {
            await database.WriteAsync(prepared.Write);
        }
        catch (DurableException e) when (e.Fault == DurableFault.DiskFull && ballast.Release()) // What is done must get on record.
        {
            await CommitOnceAsync(prepared);
        }
        catch (DurableException e)
        {
            throw StorageFaults.Translate(e, state.Root);
        }
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();

    public void Dispose() => database.Dispose();

    private async ValueTask CommitOnceAsync(PreparedEntry prepared)
    {
        try
        {
            await database.WriteAsync(prepared.Write);
        }
        catch (DurableException e)
        {
            throw StorageFaults.Translate(e, state.Root);
        }
    }

    private T Read<T>(Func<SqlSession, T> query)
    {
        try
        {
            return database.Read(query);
        }
        catch (DurableException e)
        {
            throw StorageFaults.Translate(e, state.Root);
        }
    }

    private static Journal OpenOnce(StateDirectory state, StorageOptions options, Ballast ballast, TimeProvider time, ILogger<Journal> logger)
    {
        DurableDatabase? database = null;
        try
        {
            database = JournalFile.Open(state, out var movedTo);
            // Attempts without a journal that ever counted a start: it was lost, and what runs must be found out before anything is offered.
            var lost = database.Read(session => JournalRows.Fact(session, Facts.AgentEpoch)) is null && state.AttemptsOnDisk().Count > 0;
            if (movedTo is not null)
            {
                Log.JournalMovedAside(logger, movedTo);
            }
            else if (lost)
            {
                Log.JournalMissing(logger, state.Attempts);
            }

            // On record until the verdicts are applied: a second crash in between must not look like a healthy, empty journal.
            var recovering = lost || movedTo is not null || database.Read(session => JournalRows.Fact(session, Facts.Recovering)) == 1;
            return new Journal(database, state, options, ballast, CountStart(database, state, recovering, time), recovering);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // DurableException is one of them.
        {
            database?.Dispose();
            throw StorageFaults.Translate(e, state.Root);
        }
    }

    private static ulong CountStart(DurableDatabase database, StateDirectory state, bool recovering, TimeProvider time)
    {
        var epoch = EpochFile.Next(database.Read(session => JournalRows.Fact(session, Facts.AgentEpoch)), EpochFile.Read(state.Epoch), recovering, time.GetUtcNow());
        // Both are on disk before anybody learns of the number: a start that dies in between has never used it.
        EpochFile.Write(state.Epoch, epoch);
        database.WriteAsync(session =>
        {
            PreparedEntry.SetFact(session, Facts.AgentEpoch, epoch);
            PreparedEntry.SetFact(session, Facts.Recovering, recovering ? 1UL : 0);
        }).AsTask().GetAwaiter().GetResult();
        AtomicFile.SyncDirectoryOf(state.Journal);
        return epoch;
    }

    private static partial class Log
    {
        [LoggerMessage(1810, LogLevel.Error, "The journal was damaged and is kept as {MovedTo}. Recovering from what is running")]
        public static partial void JournalMovedAside(ILogger logger, string movedTo);

        [LoggerMessage(1811, LogLevel.Error, "The journal is missing while {Attempts} holds attempts. Recovering from what is running")]
        public static partial void JournalMissing(ILogger logger, string attempts);
    }
}
