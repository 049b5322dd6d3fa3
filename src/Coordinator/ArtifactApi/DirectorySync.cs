namespace Rigshift.Coordinator.ArtifactApi;

/// <summary>Puts a directory's entries on disk.</summary>
internal static class DirectorySync
{
    /// <summary>Windows has no such call: NTFS journals names by itself.</summary>
    public static void Flush(string directory)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        // .NET opens no directories: the C library does.
        var handle = DirectoryCalls.Open(directory);
        try
        {
            DirectoryCalls.Sync(handle, directory);
        }
        finally
        {
            DirectoryCalls.Close(handle);
        }
    }
}
