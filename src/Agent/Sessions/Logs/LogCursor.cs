using Google.Protobuf;
using Rigshift.Agent.Runtimes;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Agent.Sessions.Logs;

/// <summary>Where the sending of one stream of one attempt is. Kept in memory: the coordinator's answers restore it.</summary>
internal sealed class LogCursor(string attemptId, LogStream stream, string directory)
{
    private readonly byte[] buffer = new byte[ProtocolLimits.MaxLogChunkBytes];
    private long offset;
    private bool asked;

    /// <summary>All of it is at the coordinator.</summary>
    public bool Done { get; private set; }

    /// <summary>What to send next; null when there is nothing now.</summary>
    /// <param name="ended">The program has ended: what is on disk is all. Read before this call looks at the disk.</param>
    public AppendLogRequest? Next(bool ended)
    {
        if (Done)
        {
            return null;
        }

        if (!asked && LogReader.Length(directory) > buffer.Length)
        {
            return Request([], 0, last: false); // A long log may be there already, from before a restart: ask before sending it again.
        }

        var read = LogReader.Read(directory, offset, buffer);
        var last = ended && read.AtEnd;
        if (last && read.BytesRead == 0 && offset == 0)
        {
            Done = true; // The program printed nothing; the result says so.
            return null;
        }

        return read.BytesRead == 0 && !last ? null : Request(buffer.AsSpan(0, read.BytesRead), read.DroppedBytes, last);
    }

    /// <summary>Goes on where the coordinator wants it: back when it lost bytes, forward when it has more than we knew.</summary>
    public void Answered(AppendLogRequest request, AppendLogReply reply)
    {
        asked = true;
        var end = (long)request.Offset + request.Data.Length;
        offset = (long)Math.Min(reply.NextOffset, long.MaxValue);
        Done = request.Last && offset >= end;
    }

    /// <summary>The coordinator wants no more of it.</summary>
    public void GiveUp() => Done = true;

    private AppendLogRequest Request(ReadOnlySpan<byte> data, long dropped, bool last) => new()
    {
        AttemptId = attemptId,
        Stream = stream,
        Offset = (ulong)(offset + dropped),
        Data = ByteString.CopyFrom(data),
        DroppedBytes = (ulong)dropped,
        Crc32 = Crc32.Of(data),
        Last = last,
    };
}
