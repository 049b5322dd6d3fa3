using Microsoft.Data.Sqlite;

namespace Rigshift.Durable;

/// <summary>SQLite's result codes in the words of this program (sqlite.org/rescode.html).</summary>
internal static class SqliteFaults
{
    // Below this a file system has no room for one more page of the WAL: SQLite reports some of its failures on a full disk
    // (fsync, growing the -shm file) as plain I/O errors.
    private const long FullBelowBytes = 64 * 1024;

    private const int Permission = 3;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int NoMemory = 7;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int Protocol = 15;
    private const int NotADatabase = 26;

    /// <summary>False when the statement itself is at fault (a constraint, a wrong type): that is for its author.</summary>
    public static bool IsOfTheDisk(SqliteException e) => e.SqliteErrorCode
        is Permission or Busy or Locked or NoMemory or ReadOnly or InputOutput or Corrupt or Full or CannotOpen or Protocol or NotADatabase;

    public static DurableException Translate(SqliteException e, string path) => e.SqliteErrorCode switch
    {
        Full => NoSpace(e, path),
        InputOutput or CannotOpen when IsFull(path) => NoSpace(e, path),
        Corrupt or NotADatabase => new DurableException(DurableFault.Corrupt, $"{path} is damaged: {e.Message}", e),
        Busy or Locked => new DurableException(DurableFault.DiskError, $"{path} is locked by another program. Close it, then try again.", e),
        _ => new DurableException(DurableFault.DiskError, $"{path} cannot be written or read: {e.Message} Check that the disk is there, healthy and not read-only.", e),
    };

    private static DurableException NoSpace(SqliteException e, string path) =>
        new(DurableFault.DiskFull, $"No space left for {path}. Free space on that disk.", e);

    private static bool IsFull(string path)
    {
        try
        {
            return new DriveInfo(Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/").AvailableFreeSpace < FullBelowBytes;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException) // No answer about space: then it is the I/O error that it says.
        {
            return false;
        }
    }
}
