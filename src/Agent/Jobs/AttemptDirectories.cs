using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Jobs;

/// <summary>Makes and removes an attempt's own directories.</summary>
internal static class AttemptDirectories
{
    private const UnixFileMode Mine = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>May be repeated: what is there stays.</summary>
    public static void Create(AttemptPaths paths)
    {
        foreach (var directory in (ReadOnlySpan<string>)[paths.Root, paths.Input, paths.Output, paths.Work, paths.Control])
        {
            StateDirectory.CreatePrivate(directory);
        }
    }

    /// <summary>The result is settled: only logs and the shim's records stay.</summary>
    public static void RemoveWork(AttemptPaths paths)
    {
        if (!Directory.Exists(paths.Root))
        {
            return;
        }

        if (Directory.Exists(paths.Control))
        {
            AttemptCard.Remove(paths);
        }

        // Also what an interrupted layout of the inputs left.
        foreach (var directory in Directory.EnumerateDirectories(paths.Root).Where(directory => directory != paths.Control))
        {
            Remove(directory);
        }
    }

    /// <summary>A job may have taken the right to write from its own directories: it is taken back first.</summary>
    public static void Remove(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Removed before, or never made.
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException && !OperatingSystem.IsWindows())
        {
            TakeBack(new DirectoryInfo(directory));
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void TakeBack(DirectoryInfo directory)
    {
        if (OperatingSystem.IsWindows() || directory.LinkTarget is not null)
        {
            return;
        }

        directory.UnixFileMode |= Mine;
        foreach (var child in directory.EnumerateDirectories())
        {
            TakeBack(child);
        }
    }
}
