using Microsoft.Win32.SafeHandles;

namespace Rigshift.Agent.Runtimes;

/// <summary>Appends a program's output for ever into bounded space: the head stays, the tail moves, the middle is dropped.</summary>
internal sealed class LogSegmentWriter : IDisposable
{
    private readonly string directory;
    private readonly long headBytes;
    private readonly int tailSegments;
    private readonly Queue<long> tail = new();
    private SafeFileHandle? segment;
    private long segmentStart;
    private long length;

    /// <param name="capBytes">Rounded to segments; at least three, the fewest that have a head and a moving tail.</param>
    public LogSegmentWriter(string directory, long capBytes)
    {
        const int FewestSegments = 3;
        this.directory = directory;
        var segments = Math.Max(capBytes / LogSegments.SegmentBytes, FewestSegments);
        var head = Math.Max((long)(segments * LogSegments.HeadShare), 1);
        headBytes = head * LogSegments.SegmentBytes;
        tailSegments = (int)(segments - head);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            var room = (int)(LogSegments.SegmentBytes - (length % LogSegments.SegmentBytes));
            var part = bytes[..Math.Min(room, bytes.Length)];
            Write(part);
            length += part.Length;
            bytes = bytes[part.Length..];
            if (length % LogSegments.SegmentBytes == 0)
            {
                Close();
            }
        }
    }

    public void Dispose() => Close();

    private void Write(ReadOnlySpan<byte> part)
    {
        try
        {
            if (segment is null)
            {
                Open();
            }

            RandomAccess.Write(segment!, part, length - segmentStart); // Open sets it or throws.
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            // A full disk must not block or end the program: these bytes are dropped, and the next segment's name says so.
            Close();
        }
    }

    private void Open()
    {
        if (length == 0)
        {
            Directory.CreateDirectory(directory);
        }

        var path = LogSegments.PathOf(directory, length);
        segment = File.OpenHandle(path, FileMode.Create, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        segmentStart = length;
        if (length >= headBytes)
        {
            tail.Enqueue(length);
            DropOldest();
        }
    }

    private void DropOldest()
    {
        while (tail.Count > tailSegments)
        {
            File.Delete(LogSegments.PathOf(directory, tail.Dequeue()));
        }
    }

    private void Close()
    {
        segment?.Dispose();
        segment = null;
    }
}
