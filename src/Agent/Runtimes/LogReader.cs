namespace Rigshift.Agent.Runtimes;

/// <param name="DroppedBytes">Bytes after the offset asked for that are gone; what was read follows them.</param>
/// <param name="BytesRead">0 with no dropped bytes: nothing there yet.</param>
/// <param name="AtEnd">The read reaches the end of what is written now.</param>
internal readonly record struct LogRead(long DroppedBytes, int BytesRead, bool AtEnd);

/// <summary>
/// Reads a log by the offsets of the program's output, while it is written and afterwards. Holds nothing open between
/// reads, so it needs no disposal and no memory of earlier ones.
/// </summary>
internal static class LogReader
{
    // The writer may drop a segment between our look at the directory and the read.
    private const int Attempts = 5;

    /// <summary>Bytes that the program has printed, dropped ones included.</summary>
    public static long Length(string directory)
    {
        var last = 0L;
        for (var i = 0; i < Attempts; i++)
        {
            try
            {
                return LogSegments.Offsets(directory) is [.., var newest] ? (last = newest) + SizeOf(directory, newest) : 0;
            }
            catch (FileNotFoundException)
            {
                // A flood has dropped it meanwhile: look again.
            }
        }

        return last; // It has printed at least this much.
    }

    public static LogRead Read(string directory, long offset, Span<byte> buffer)
    {
        for (var i = 0; i < Attempts; i++)
        {
            try
            {
                return ReadOnce(directory, offset, buffer);
            }
            catch (FileNotFoundException)
            {
                // Dropped meanwhile: look again.
            }
        }

        return default;
    }

    private static LogRead ReadOnce(string directory, long offset, Span<byte> buffer)
    {
        var offsets = LogSegments.Offsets(directory);
        for (var i = 0; i < offsets.Count; i++)
        {
            var start = offsets[i];
            var last = i == offsets.Count - 1;

            // A segment that a failed write cut short may be followed by one that begins before its full size.
            var limit = last ? long.MaxValue : offsets[i + 1];
            var end = Math.Min(start + SizeOf(directory, start), limit);
            if (offset >= end)
            {
                continue;
            }

            var from = Math.Max(offset, start);
            var read = ReadPart(directory, start, from, buffer[..(int)Math.Min(buffer.Length, end - from)]);
            return new(from - offset, read, last && from + read >= end);
        }

        return new(0, 0, AtEnd: true);
    }

    private static int ReadPart(string directory, long start, long from, Span<byte> buffer)
    {
        using var file = File.OpenHandle(
            LogSegments.PathOf(directory, start), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        return RandomAccess.Read(file, buffer, from - start);
    }

    private static long SizeOf(string directory, long start) => new FileInfo(LogSegments.PathOf(directory, start)).Length;
}
