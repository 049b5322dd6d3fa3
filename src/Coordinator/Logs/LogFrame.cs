using System.Buffers.Binary;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Logs;

/// <summary>
/// One piece of a job's log on disk: a fixed header and the bytes as the program wrote them. Frames of both streams lie in
/// one file in the order in which they arrived.
/// </summary>
internal readonly record struct LogFrame(LogStream Stream, ulong Offset, ulong Dropped, int Length, bool Last)
{
    public const int HeaderBytes = 28;

    private const ushort Magic = 0x4c52;
    private const byte LastFlag = 1;

    public ulong End => Offset + (ulong)Length;

    public void WriteTo(Span<byte> header)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(header, Magic);
        header[2] = (byte)Stream;
        header[3] = Last ? LastFlag : (byte)0;
        BinaryPrimitives.WriteUInt64LittleEndian(header[4..], Offset);
        BinaryPrimitives.WriteUInt64LittleEndian(header[12..], Dropped);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], Length);
        BinaryPrimitives.WriteUInt32LittleEndian(header[24..], Check(header[..24]));
    }

    /// <summary>False: a torn end of the file.</summary>
    public static bool TryRead(ReadOnlySpan<byte> header, out LogFrame frame)
    {
        frame = default;
        if (BinaryPrimitives.ReadUInt16LittleEndian(header) != Magic || BinaryPrimitives.ReadUInt32LittleEndian(header[24..]) != Check(header[..24]))
        {
            return false;
        }

        frame = new LogFrame(
            (LogStream)header[2],
            BinaryPrimitives.ReadUInt64LittleEndian(header[4..]),
            BinaryPrimitives.ReadUInt64LittleEndian(header[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[20..]),
            header[3] == LastFlag);
        return frame.Length >= 0;
    }

    private static uint Check(ReadOnlySpan<byte> bytes) => Crc32.Of(bytes);
}
