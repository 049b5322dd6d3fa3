using System.Globalization;
using Rigshift.Durable;

namespace Rigshift.Agent.Storage;

/// <summary>Opens the journal's file; a damaged one is kept aside, never repaired in place and never a reason not to start.</summary>
internal static class JournalFile
{
    private static readonly string[] Parts = ["", "-wal", "-shm"];

    /// <param name="movedTo">Where the damaged one is now; null when there was none.</param>
    public static DurableDatabase Open(StateDirectory state, out string? movedTo)
    {
        movedTo = null;
        try
        {
            return Readable(DurableDatabase.Open(state.Journal, JournalSchema.Migrations));
        }
        catch (DurableException e) when (e.Fault == DurableFault.Corrupt) // Recovery from what is running is better than no agent.
        {
            movedTo = MoveAside(state.Journal);
            return DurableDatabase.Open(state.Journal, JournalSchema.Migrations);
        }
    }

    // Whole pages with wrong content pass SQLite's check; what we cannot read is as lost as a torn page.
    private static DurableDatabase Readable(DurableDatabase database)
    {
        try
        {
            database.Read(JournalRows.Attempts);
            database.Read(JournalRows.UnackedEvents);
            database.Read(JournalRows.Tombstones);
            return database;
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or FormatException or InvalidCastException or Microsoft.Data.Sqlite.SqliteException or OverflowException) // See above.
        {
            database.Dispose();
            throw new DurableException(DurableFault.Corrupt, $"The journal holds what cannot be read: {e.Message}", e);
        }
        catch (DurableException)
        {
            database.Dispose();
            throw;
        }
    }

    private static string MoveAside(string journal)
    {
        var number = 1;
        string To(string part) => $"{Path.Combine(Path.GetDirectoryName(journal)!, "journal.corrupt-" + number.ToString(CultureInfo.InvariantCulture))}{part}"; // A full path.
        while (Parts.Any(part => File.Exists(To(part))))
        {
            number++;
        }

        // The WAL belongs to its file: left behind, it would be played into the new journal.
        foreach (var part in Parts.Where(part => File.Exists(journal + part)))
        {
            File.Move(journal + part, To(part));
        }

        AtomicFile.SyncDirectoryOf(journal);
        return To("");
    }
}
