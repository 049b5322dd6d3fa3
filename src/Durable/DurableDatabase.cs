using Microsoft.Data.Sqlite;

namespace Rigshift.Durable;

/// <summary>
/// SQLite with one writer whose writes share fsyncs: what waits while one commit is on its way to the disk goes into the
/// next one together. A write that has returned is durable (WAL, synchronous=FULL).
/// </summary>
public sealed class DurableDatabase : IAsyncDisposable, IDisposable
{
    private readonly WriteQueue queue = new();
    private readonly string path;
    private readonly SqlSession writer;
    private readonly SqlSession reader;
    private readonly GroupCommit commit;
    private readonly Lock readGate = new();
    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool readerClosed;

    private DurableDatabase(string path, SqlSession writer, SqlSession reader)
    {
        this.path = path;
        this.writer = writer;
        this.reader = reader;
        commit = new GroupCommit(writer, path);
        // A thread of its own: fsync blocks, and a starved thread pool must not delay lease renewals.
        new Thread(Run) { IsBackground = true, Name = "durable-writer" }.Start();
    }

    /// <summary>Transactions on disk since it was opened; smaller than the number of writes when they shared fsyncs.</summary>
    public long Commits => commit.Commits;

    /// <summary>Opens or creates the file and brings its schema up to date.</summary>
    /// <exception cref="DurableException">Corrupt, newer than this program, or the disk refuses.</exception>
    public static DurableDatabase Open(string path, IReadOnlyList<Migration> migrations)
    {
        SqlSession? writer = null;
        try
        {
            writer = new SqlSession(SqliteFile.Open(path));
            Schema.Apply(writer, migrations);
            return new DurableDatabase(path, writer, new SqlSession(SqliteFile.Open(path)));
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

    /// <summary>Reads a database that another program may have open, or that nobody has; changes nothing.</summary>
    /// <exception cref="DurableException">Missing, corrupt, or it may not be read.</exception>
    public static T Peek<T>(string path, Func<SqlSession, T> query)
    {
        try
        {
            using var session = new SqlSession(SqliteFile.OpenReadOnly(path));
            return query(session);
        }
        catch (SqliteException e)
        {
            throw SqliteFaults.Translate(e, path);
        }
    }

    /// <summary>
    /// Runs <paramref name="work"/> on the writer thread in a transaction that others may share, and returns its value once
    /// that is on disk. When it throws, nothing of this write remains and the exception comes back here. Writes of one
    /// caller keep their order.
    /// </summary>
    /// <exception cref="DurableException">The commit failed: nothing was written.</exception>
    public async ValueTask<T> WriteAsync<T>(Func<SqlSession, T> work)
    {
        var write = new PendingWrite<T>(work);
        return queue.TryAdd(write) ? await write.Done : throw Closed();
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public async ValueTask WriteAsync(Action<SqlSession> work) => await WriteAsync(session =>
    {
        work(session);
        return true;
    });

    /// <summary>Reads what is committed. Short queries only: readers take turns.</summary>
    /// <exception cref="DurableException">The file is damaged, the disk refuses, or the database is closed.</exception>
    public T Read<T>(Func<SqlSession, T> query)
    {
        lock (readGate)
        {
            if (readerClosed)
            {
                throw Closed();
            }

            try
            {
                return query(reader);
            }
            catch (SqliteException e) when (SqliteFaults.IsOfTheDisk(e))
            {
                throw SqliteFaults.Translate(e, path);
            }
        }
    }

    /// <summary>Refuses new writes, commits those that wait, closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        queue.Close();
        await ended.Task;
    }

    /// <inheritdoc cref="DisposeAsync"/>
    public void Dispose()
    {
        queue.Close();
        ended.Task.GetAwaiter().GetResult();
    }

    private static DurableException Closed() => new(DurableFault.Closed, "The database is closed.");

    private void Run()
    {
        var group = new List<PendingWrite>();
        while (queue.Take(group))
        {
            commit.Run(group);
            group.Clear();
        }

        // The reader first: the last connection to close folds the WAL into the file, and that should be the writer.
        lock (readGate)
        {
            readerClosed = true;
            reader.Dispose();
        }

        writer.Dispose();
        ended.SetResult();
    }
}
