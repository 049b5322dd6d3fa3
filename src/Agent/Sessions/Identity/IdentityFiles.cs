using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Sessions.Identity;

/// <summary>
/// The identity's corner of the state directory. Names are plain file names. A write is whole or not there, on disk when it
/// returns, and readable by the service's own account only.
/// </summary>
internal sealed class IdentityFiles(StateDirectory state)
{
    /// <summary>Null when there is no such file.</summary>
    public byte[]? Read(string name)
    {
        try
        {
            return File.ReadAllBytes(PathOf(name));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null; // Not there is an answer.
        }
    }

    /// <exception cref="IOException">Nothing was written; the message names the cause.</exception>
    public void Write(string name, ReadOnlySpan<byte> content)
    {
        try
        {
            StateDirectory.CreatePrivate(state.Identity);
            AtomicFile.Write(PathOf(name), content);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new IOException($"{PathOf(name)} may not be written. Run this as the service's user, or as root.", e); // One kind of fault for callers.
        }
    }

    /// <summary>Deletes it if it is there.</summary>
    public void Delete(string name) => File.Delete(PathOf(name));

    public IReadOnlyList<string> List() =>
        Directory.Exists(state.Identity) ? [.. Directory.EnumerateFiles(state.Identity).Select(p => Path.GetFileName(p))] : [];

    private string PathOf(string name) => Path.Combine(state.Identity, name);
}
