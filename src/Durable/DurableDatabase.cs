using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Rigshift.Durable;

/// <summary>
/// SQLite with one writer whose writes share fsyncs: what waits while one commit is on its way to the disk goes into the
/// next one together. A write that has returned is durable (WAL, synchronous=FULL).
/// </summary>
public sealed class DurableDatabase : IAsyncDisposable
{
    private const int QueueLimit = 4096;
    private const int GroupLimit = 256;

    private readonly Channel<PendingWrite> queue = Channel.CreateBounded<PendingWrite>(new BoundedChannelOptions(QueueLimit) { SingleReader = true });
    private readonly SqlSession writer;
    private readonly SqlSession reader;
    private readonly Lock readGate = new();
    private readonly Thread thread;
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private DurableDatabase(SqlSession writer, SqlSession reader)
    {
        this.writer = writer;
        this.reader = reader;
        // A thread of its own: fsync blocks, and a starved thread pool must not delay lease renewals.
        thread = new Thread(Run) { IsBackground = true, Name = "durable-writer" };
        thread.Start();
    }

    /// <summary>Opens or creates the file and brings its schema up to date.</summary>
    /// <exception cref="DurableException">Corrupt, newer than this program, or the disk refuses.</exception>
    public static DurableDatabase Open(string path, IReadOnlyList<Migration> migrations)
    {
        SqlSession? writer = null;
        try
        {
            writer = new SqlSession(SqliteFile.Open(path));
            Schema.Apply(writer, migrations);
            return new DurableDatabase(writer, new SqlSession(SqliteFile.Open(path)));
        }
        catch (SqliteException e)
        {
            writer?.Dispose();
            throw SqliteFaults.Translate(e, path);
        }
        catch (DurableException)
        {
            writer?.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Runs <paramref name="work"/> on the writer thread in a transaction that others may share, and returns its value once
    /// that is on disk. When it throws, nothing of this write remains and the exception comes back here.
    /// </summary>
    /// <exception cref="DurableException">The commit failed: nothing was written.</exception>
    public async ValueTask<T> WriteAsync<T>(Func<SqlSession, T> work)
    {
        var write = new PendingWrite<T>(work);
        try
        {
            await queue.Writer.WriteAsync(write);
        }
        catch (ChannelClosedException)
        {
            throw new DurableException(DurableFault.Closed, "The database is closed.");
        }

        return await write.Done;
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public async ValueTask WriteAsync(Action<SqlSession> work) => await WriteAsync(session =>
    {
        work(session);
        return true;
    });

    /// <summary>Reads what is committed. Short queries only: readers take turns.</summary>
    public T Read<T>(Func<SqlSession, T> query)
    {
        lock (readGate)
        {
            return query(reader);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (queue.Writer.TryComplete())
        {
            await ended.Task;
            reader.Dispose();
            writer.Dispose();
        }
        else
        {
            await ended.Task;
        }
    }

    private void Run()
    {
        var group = new List<PendingWrite>(GroupLimit);
        while (queue.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult())
        {
            while (group.Count < GroupLimit && queue.Reader.TryRead(out var write))
            {
                group.Add(write);
            }

            CommitGroup(group);
            group.Clear();
        }

        ended.SetResult();
    }

    private void CommitGroup(List<PendingWrite> group)
    {
        try
        {
            using var transaction = writer.Connection.BeginTransaction(deferred: false);
            writer.Transaction = transaction;
            foreach (var write in group)
            {
                RunOne(write, transaction, alone: group.Count == 1);
            }

            transaction.Commit();
        }
        catch (Exception e) // Whatever stopped the commit stopped it for every write of the group.
        {
            var fault = e is SqliteException sqlite ? SqliteFaults.Translate(sqlite, writer.Connection.DataSource) : e;
            group.ForEach(write => write.Fail(fault));
            return;
        }
        finally
        {
            writer.Transaction = null;
        }

        group.ForEach(write => write.Complete());
    }

    private void RunOne(PendingWrite write, SqliteTransaction transaction, bool alone)
    {
        const string Point = "w";
        transaction.Save(Point);
        try
        {
            write.Run(writer);
        }
        catch (Exception e) when (!alone || e is not SqliteException) // The others of the group did nothing wrong.
        {
            transaction.Rollback(Point);
            write.Reject(e is SqliteException sqlite ? SqliteFaults.Translate(sqlite, writer.Connection.DataSource) : e);
        }

        transaction.Release(Point);
    }
}
