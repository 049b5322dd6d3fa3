using System.Globalization;

namespace Rigshift.Agent.Storage;

/// <summary>
/// One agent per state directory. The lock is the kernel's, so a killed agent leaves none behind; the process id beside it
/// only serves the message, because a locked file cannot be read everywhere.
/// </summary>
internal sealed class InstanceLock : IDisposable
{
    private readonly FileStream file;

    private InstanceLock(FileStream file) => this.file = file;

    /// <exception cref="InstanceHeldException">Another agent runs on this directory.</exception>
    /// <exception cref="JournalException">The directory cannot be written.</exception>
    public static InstanceLock Acquire(StateDirectory state)
    {
        FileStream? file = null;
        try
        {
            file = new FileStream(state.Lock, AtomicFile.PrivateFile(FileMode.OpenOrCreate));
            LeavePid(state);
            return new InstanceLock(file);
        }
        catch (IOException e) when (IsHeld(e))
        {
            file?.Dispose();
            throw new InstanceHeldException(HolderOf(state), state.Root, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // What the owner will meet, in words.
        {
            file?.Dispose();
            throw StorageFaults.Translate(e, state.Root);
        }
    }

    /// <summary>Process id of the agent that has the directory, as far as it left one; for messages only.</summary>
    public static int? HolderOf(StateDirectory state)
    {
        try
        {
            return int.TryParse(File.ReadAllText(state.Pid), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // The message does without it.
        {
            return null;
        }
    }

    public void Dispose() => file.Dispose();

    private static void LeavePid(StateDirectory state)
    {
        try
        {
            File.WriteAllText(state.Pid, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // A full disk must not keep the agent from the ballast that frees it.
        {
        }
    }

    // EWOULDBLOCK from flock; ERROR_SHARING_VIOLATION.
    private static bool IsHeld(IOException e) => e.HResult == (OperatingSystem.IsWindows() ? unchecked((int)0x80070020) : 11);
}

/// <summary>Another agent runs on this state directory.</summary>
internal sealed class InstanceHeldException(int? pid, string directory, Exception inner) : IOException(
    $"Another rigshift{(pid is null ? "" : $" (process {pid})")} already runs with the state directory {directory}. Stop it first, or give this one a directory of its own with --state-dir.",
    inner)
{
    public int? Pid { get; } = pid;
}
