using Rigshift.Agent.Interop.Linux;

namespace Rigshift.Agent.Storage;

/// <summary>Files that are there whole or not at all, whenever the power fails.</summary>
internal static class AtomicFile
{
    /// <summary>Replaces the file; readable by the agent's user only, because keys are written this way.</summary>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var temporary = path + ".tmp";
        File.Delete(temporary); // One that a crash left may have any mode.
        using (var file = new FileStream(temporary, PrivateFile(FileMode.CreateNew)))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        SyncDirectoryOf(path);
    }

    /// <summary>Options for a new file of mode 0600.</summary>
    public static FileStreamOptions PrivateFile(FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    /// <summary>A rename or a new name is on disk only when its directory is. NTFS journals names by itself.</summary>
    public static void SyncDirectoryOf(string path)
    {
        if (OperatingSystem.IsLinux() && UnixFile.SyncDirectory(Path.GetDirectoryName(path)!) is var errno and not 0) // Callers pass full paths.
        {
            throw new IOException($"The directory of {path} could not be written to disk (errno {errno}).", errno);
        }
    }
}
