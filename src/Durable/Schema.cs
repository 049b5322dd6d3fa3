using System.Globalization;

namespace Rigshift.Durable;

/// <summary>The schema's version is SQLite's user_version.</summary>
internal static class Schema
{
    public static void Apply(SqlSession session, IReadOnlyList<Migration> migrations)
    {
        Check(session);
        var version = session.First("PRAGMA user_version", row => row.GetInt32(0));
        var newest = migrations.Count == 0 ? 0 : migrations[^1].Number;
        if (version > newest)
        {
            throw new DurableException(
                DurableFault.SchemaTooNew,
                $"{session.Connection.DataSource} has schema version {version}; this program knows up to {newest}. Start the newer program again.");
        }

        foreach (var migration in migrations.Where(m => m.Number > version))
        {
            using var transaction = session.Connection.BeginTransaction(deferred: false);
            using var command = session.Connection.CreateCommand();
            command.Transaction = transaction;
#pragma warning disable CA2100 // A migration is a constant of the program.
            command.CommandText = migration.Sql + ";PRAGMA user_version=" + migration.Number.ToString(CultureInfo.InvariantCulture);
#pragma warning restore CA2100
            command.ExecuteNonQuery();
            transaction.Commit();
        }
    }

    // quick_check reads the whole file; these files stay small, and a torn page must be found now, not in the middle of a job.
    private static void Check(SqlSession session)
    {
        var answer = session.First("PRAGMA quick_check(1)", row => row.GetString(0));
        if (answer != "ok")
        {
            throw new DurableException(DurableFault.Corrupt, $"{session.Connection.DataSource} is damaged: {answer}");
        }
    }
}
