namespace Rigshift.Coordinator.Serving;

/// <summary>One coordinator per state directory: two would give out the same fences.</summary>
internal sealed class DirectoryLock : IDisposable
{
    private readonly FileStream file;

    private DirectoryLock(FileStream file) => this.file = file;

    /// <exception cref="StartException">Another coordinator has it, or the directory cannot be used.</exception>
    public static DirectoryLock Take(StatePaths paths)
    {
        try
        {
            PrivateFile.CreateDirectory(paths.Root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartException($"The state directory {paths.Root} cannot be made: {e.Message} Name another one with --state-dir.", e);
        }

        try
        {
            // FileShare.None is a lock on every system, and the system drops it when the process dies.
            return new DirectoryLock(new FileStream(paths.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException e)
        {
            throw new StartException($"{paths.Root} belongs to another user. Run as that user, or name another directory with --state-dir.", e);
        }
        catch (IOException e)
        {
            throw new StartException($"Another coordinator is running on {paths.Root}. Stop it, or name another directory with --state-dir.", e);
        }
    }

    public void Dispose() => file.Dispose();
}
