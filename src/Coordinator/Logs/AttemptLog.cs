using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Logs;

/// <summary>The log of one attempt: an append-only file of frames, and where each stream stands.</summary>
internal sealed class AttemptLog
{
    // Room for the mark of what was dropped, so that a reader learns of it also when the quota is used up.
    private const int MarkBytes = 64 * LogFrame.HeaderBytes;

    private readonly Lock gate = new();
    private readonly string path;
    private readonly long quota;
    private readonly Dictionary<LogStream, ulong> next = [];
    private readonly HashSet<LogStream> ended = [];
    private long length;

    public AttemptLog(string path, long quota)
    {
        this.path = path;
        this.quota = quota;
        Scan();
    }

    public ulong NextOf(LogStream stream)
    {
        lock (gate)
        {
            return next.GetValueOrDefault(stream);
        }
    }

    /// <summary>The rig has sent the last byte of the stream.</summary>
    public bool HasEnded(LogStream stream)
    {
        lock (gate)
        {
            return ended.Contains(stream);
        }
    }

    /// <summary>
    /// Takes what is new of a chunk. What is here already is skipped; a gap that is not marked as dropped is not stored. The
    /// answer is where the stream stands; null: the quota is used up.
    /// </summary>
    public ulong? Append(LogStream stream, ulong offset, ulong dropped, ReadOnlySpan<byte> data, bool last)
    {
        lock (gate)
        {
            var at = next.GetValueOrDefault(stream);
            var end = offset + (ulong)data.Length;
            if (offset > at && offset - Math.Min(dropped, offset) > at)
            {
                return at;
            }

            if (end < at || (end == at && (!last || ended.Contains(stream))))
            {
                return at;
            }

            var known = at > offset ? (int)(at - offset) : 0;
            var fresh = data[known..];
            if (length + LogFrame.HeaderBytes + fresh.Length > quota + (fresh.IsEmpty ? MarkBytes : 0))
            {
                return null;
            }

            Write(new LogFrame(stream, offset + (ulong)known, offset > at ? offset - at : 0, fresh.Length, last), fresh);
            return end;
        }
    }

    /// <summary>Bytes of the file; what lies before is whole.</summary>
    public long Length
    {
        get
        {
            lock (gate)
            {
                return length;
            }
        }
    }

    private void Write(LogFrame frame, ReadOnlySpan<byte> data)
    {
        var block = new byte[LogFrame.HeaderBytes + data.Length];
        frame.WriteTo(block);
        data.CopyTo(block.AsSpan(LogFrame.HeaderBytes));
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        file.Position = length;
        file.Write(block);
        if (frame.Last)
        {
            file.Flush(flushToDisk: true);
        }

        length += block.Length;
        Note(frame);
    }

    private void Note(LogFrame frame)
    {
        next[frame.Stream] = frame.End;
        if (frame.Last)
        {
            ended.Add(frame.Stream);
        }
    }

    /// <summary>A coordinator that was killed may have left half a frame: the file is cut there, and the rig sends it again.</summary>
    private void Scan()
    {
        if (!File.Exists(path))
        {
            return;
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        Span<byte> header = stackalloc byte[LogFrame.HeaderBytes];
        while (file.Length - length >= LogFrame.HeaderBytes)
        {
            file.Position = length;
            file.ReadExactly(header);
            if (!LogFrame.TryRead(header, out var frame) || file.Length - length - LogFrame.HeaderBytes < frame.Length)
            {
                break;
            }

            length += LogFrame.HeaderBytes + frame.Length;
            Note(frame);
        }

        file.SetLength(length);
    }
}
