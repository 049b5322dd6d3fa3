using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Jobs;

/// <summary>Makes and removes an attempt's own directories.</summary>
internal static class AttemptDirectories
{
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
        if (Directory.Exists(paths.Control))
        {
            AttemptCard.Remove(paths);
        }

        foreach (var directory in (ReadOnlySpan<string>)[paths.Input, paths.Output, paths.Work])
        {
            Remove(directory);
        }
    }

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
    }
}
