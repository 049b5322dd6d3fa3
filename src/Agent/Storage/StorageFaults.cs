using Rigshift.Durable;
using Rigshift.Rules;

namespace Rigshift.Agent.Storage;

/// <summary>What the system says about a disk, as reason code and remedy.</summary>
internal static class StorageFaults
{
    // errno ENOSPC and EDQUOT; ERROR_HANDLE_DISK_FULL, ERROR_DISK_FULL and ERROR_DISK_QUOTA_EXCEEDED as HRESULTs.
    private static readonly int[] FullCodes = OperatingSystem.IsWindows()
        ? [unchecked((int)0x80070027), unchecked((int)0x80070070), unchecked((int)0x8007050F)]
        : [28, 122];

    public static bool IsDiskFull(Exception e) => e is IOException io && FullCodes.Contains(io.HResult);

    public static JournalException Translate(Exception e, string directory) => e switch
    {
        JournalException known => known,
        DurableException { Fault: DurableFault.DiskFull } => Full(e, directory),
        DurableException { Fault: DurableFault.SchemaTooNew } => new JournalException(Reason.StateTooNew, e.Message, e),
        DurableException => new JournalException(Reason.DiskError, e.Message, e),
        UnauthorizedAccessException => new JournalException(
            Reason.DiskError, $"{directory} cannot be written: {e.Message} Give it to the user that runs rigshift, or name another with --state-dir.", e),
        _ when IsDiskFull(e) => Full(e, directory),
        _ => new JournalException(
            Reason.DiskError, $"{directory} cannot be written: {e.Message} Check that the disk is there, healthy and not read-only, or name another with --state-dir.", e),
    };

    private static JournalException Full(Exception e, string directory) =>
        new(Reason.DiskFull, $"The disk that holds {directory} is full. Free space on it, or name another with --state-dir.", e);
}
