namespace Rigshift.Agent.Storage;

/// <summary>Size and free space of the disk that holds a path.</summary>
internal readonly record struct DiskSpace(long TotalBytes, long FreeBytes)
{
    /// <summary>Null when the system does not say.</summary>
    public static DiskSpace? Of(string path)
    {
        try
        {
            var drive = new DriveInfo(path);
            return new DiskSpace(drive.TotalSize, drive.AvailableFreeSpace);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException) // Not every file system answers.
        {
            return null;
        }
    }
}
