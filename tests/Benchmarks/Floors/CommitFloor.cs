using System.Diagnostics;
using Microsoft.Data.Sqlite;

namespace Rigshift.Benchmarks.Floors;

/// <summary>Durable commits and nothing else: SQLite as both ends use it (WAL, synchronous=FULL), on the same disk.</summary>
internal sealed class CommitFloor : IDisposable
{
    // About what an attempt's record and one event take.
    private const int RowBytes = 512;

    private readonly SqliteConnection connection;
    private readonly SqliteCommand insert;

    public CommitFloor(string directory)
    {
        connection = new SqliteConnection($"Data Source={Path.Combine(directory, "floor.db")};Pooling=False");
        connection.Open();
        using var settings = connection.CreateCommand();
        settings.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, row BLOB)";
        settings.ExecuteNonQuery();
        insert = connection.CreateCommand();
        insert.CommandText = "INSERT INTO t (row) VALUES (@row)";
        insert.Parameters.AddWithValue("@row", new byte[RowBytes]);
    }

    public void Commit(int times)
    {
        for (var i = 0; i < times; i++)
        {
            insert.ExecuteNonQuery();
        }
    }

    /// <summary>One after another, for this long.</summary>
    public double PerSecond(TimeSpan time)
    {
        Commit(1);
        var watch = Stopwatch.StartNew();
        var count = 0;
        while (watch.Elapsed < time)
        {
            Commit(1);
            count++;
        }

        return count / watch.Elapsed.TotalSeconds;
    }

    public void Dispose()
    {
        insert.Dispose();
        connection.Dispose();
    }
}
