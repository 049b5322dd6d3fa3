using Microsoft.Data.Sqlite;

namespace Rigshift.Durable;

/// <summary>SQLite's result codes in the words of this program (sqlite.org/rescode.html).</summary>
internal static class SqliteFaults
{
    private const int Full = 13;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    public static DurableException Translate(SqliteException e, string path) => e.SqliteErrorCode switch
    {
        Full => new DurableException(DurableFault.DiskFull, $"No space left for {path}. Free space on that disk.", e),
        Corrupt or NotADatabase => new DurableException(DurableFault.Corrupt, $"{path} is damaged: {e.Message}", e),
        _ => new DurableException(DurableFault.DiskError, $"{path} cannot be written or read: {e.Message}. Check that the disk is there, healthy and not read-only.", e),
    };
}
