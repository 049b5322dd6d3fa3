using Microsoft.Data.Sqlite;

namespace Rigshift.Durable;

/// <summary>
/// One transaction for a group of writes. A write that throws takes only itself back; a disk that refuses takes back all of
/// them, because SQLite may have rolled the whole transaction back by itself (sqlite.org/lang_transaction.html, section 3).
/// </summary>
internal sealed class GroupCommit(SqlSession session, string path)
{
    private long commits;

    /// <summary>Transactions that reached the disk.</summary>
    public long Commits => Volatile.Read(ref commits);

    public void Run(List<PendingWrite> group)
    {
        try
        {
            session.Execute("BEGIN IMMEDIATE");
            if (Apply(group))
            {
                session.Execute("COMMIT");
                Volatile.Write(ref commits, commits + 1);
            }
            else
            {
                session.Execute("ROLLBACK");
            }
        }
        catch (Exception e) // Whatever stopped the commit stopped it for every write of the group.
        {
            RollBack();
            var fault = e is SqliteException sqlite ? SqliteFaults.Translate(sqlite, path) : e;
            group.ForEach(write => write.Fail(fault));
            return;
        }

        group.ForEach(write => write.Complete());
    }

    /// <summary>False when nothing is left to commit: an fsync for nothing would delay those who wait.</summary>
    private bool Apply(List<PendingWrite> group)
    {
        var kept = false;
        foreach (var write in group)
        {
            session.Execute("SAVEPOINT w");
            try
            {
                write.Run(session);
                kept = true;
            }
            catch (Exception e) when (e is not SqliteException sqlite || !SqliteFaults.IsOfTheDisk(sqlite)) // The others did nothing wrong.
            {
                session.Execute("ROLLBACK TO w");
                write.Reject(e);
            }

            session.Execute("RELEASE w");
        }

        return kept;
    }

    private void RollBack()
    {
        try
        {
            session.Execute("ROLLBACK");
        }
        catch (SqliteException) // SQLite has rolled back by itself already: there is no transaction.
        {
        }
    }
}
