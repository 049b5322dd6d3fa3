using Rigshift.Rules;

namespace Rigshift.OnnxWorker;

/// <summary>Reads items (entries of the first axis) of a .npy file.</summary>
internal sealed class NpyReader : IDisposable
{
    private readonly FileStream stream;
    private readonly long itemBytes;

    public NpyReader(string file, string shown)
    {
        Name = SafeText.ForMessage(shown);
        stream = Open(file);
        try
        {
            Header = Head();
            itemBytes = Header.Shape.Skip(1).Aggregate((long)Header.Type.Bytes, (product, length) => product * length);
        }
        catch
        {
            stream.Dispose(); // Nobody else can: the constructor fails.
            throw;
        }
    }

    /// <summary>As the job names it.</summary>
    public string Name { get; }

    public NpyHeader Header { get; }

    public long Count => Header.Shape[0];

    public void Read(long first, Span<byte> target)
    {
        try
        {
            stream.Position = Header.DataOffset + (first * itemBytes);
            stream.ReadExactly(target);
        }
        catch (IOException fault)
        {
            throw Wrong("cannot be read: " + SafeText.ForMessage(fault.Message), fault);
        }
    }

    public void Dispose() => stream.Dispose();

    private NpyHeader Head()
    {
        if (!NpyHeader.TryRead(stream, out var header, out var fault))
        {
            throw Wrong(fault);
        }

        if (header.Shape.Count == 0 || header.Elements == 0)
        {
            throw Wrong("holds no items: its first axis counts the items, and no axis may be 0");
        }

        var wanted = header.DataOffset + (header.Elements * header.Type.Bytes);
        return stream.Length == wanted
            ? header
            : throw Wrong($"has {stream.Length} bytes, but its head says {wanted}");
    }

    private FileStream Open(string file)
    {
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Wrong("cannot be read: " + SafeText.ForMessage(fault.Message), fault);
        }
    }

    private WorkerFault Wrong(string what, Exception? cause = null) => WorkerFault.Input($"The tensor file '{Name}' {what}.", cause);
}
