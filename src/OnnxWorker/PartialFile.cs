namespace Rigshift.OnnxWorker;

/// <summary>
/// A result file that has its final name only when all of the run succeeded: it is written as NAME.partial, and a run that fails removes it. A run
/// that is killed leaves the partial name, which says what it is.
/// </summary>
internal sealed class PartialFile : IDisposable
{
    public const string Suffix = ".partial";

    private readonly string final;
    private readonly FileStream stream;
    private bool committed;

    public PartialFile(string directory, string name)
    {
        (Name, final) = (name, Path.Combine(directory, name));
        stream = Guarded(() => new FileStream(final + Suffix, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 64 * 1024));
    }

    public string Name { get; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            stream.Write(bytes);
        }
        catch (IOException fault)
        {
            throw WorkerFault.Output(Name, fault);
        }
    }

    /// <summary>Everything is in the file system, also what a full disk would refuse; the name is still the partial one.</summary>
    public void Finish() => Guarded(() =>
    {
        stream.Flush();
        stream.Dispose();
        return true;
    });

    public void Commit()
    {
        Guarded(() =>
        {
            File.Move(final + Suffix, final, overwrite: true);
            return true;
        });
        committed = true;
    }

    public void Dispose()
    {
        if (committed)
        {
            return;
        }

        // On a full disk closing fails too, because it flushes; the file has to go all the same.
        Tried(() => stream.Dispose());
        Tried(() => File.Delete(final + Suffix));
    }

    private static void Tried(Action action)
    {
        try
        {
            action();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // The run has failed already, with a better sentence; what stays behind has a name that says so.
        }
    }

    private T Guarded<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw WorkerFault.Output(Name, fault);
        }
    }
}
