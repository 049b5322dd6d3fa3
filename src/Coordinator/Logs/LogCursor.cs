using Google.Protobuf;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Logs;

/// <summary>Reads an attempt's log from its file, frame by frame, as it grows.</summary>
internal sealed class LogCursor(JobLogs logs, Guid attemptId)
{
    private long position;

    /// <summary>What has come since the last call, in the order in which it arrived.</summary>
    public IEnumerable<(LogFrame Frame, ByteString Data)> Next()
    {
        var end = logs.Of(attemptId).Length;
        if (end <= position)
        {
            yield break;
        }

        using var file = new FileStream(logs.PathOf(attemptId), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var header = new byte[LogFrame.HeaderBytes];
        while (position < end)
        {
            file.Position = position;
            file.ReadExactly(header);
            if (!LogFrame.TryRead(header, out var frame) || frame.Length > ProtocolLimits.MaxLogChunkBytes)
            {
                yield break; // Damaged on disk: what came before is still good to read.
            }

            var data = new byte[frame.Length];
            file.ReadExactly(data);
            position += LogFrame.HeaderBytes + frame.Length;
            yield return (frame, UnsafeByteOperations.UnsafeWrap(data));
        }
    }
}
