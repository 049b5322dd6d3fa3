using System.Buffers.Binary;
using System.IO.Compression;

namespace Rigshift.OnnxWorker;

/// <summary>
/// How much a PNG file unpacks to. The decoder unpacks everything before it compares with the size in the head, so a file of a megabyte could take a
/// gigabyte; this counts first, in constant memory.
/// </summary>
internal static class PngContent
{
    /// <summary>Four channels of two bytes: no PNG pixel is larger.</summary>
    private const int MaxPixelBytes = 8;

    /// <summary>Each line has one byte more, and an interlaced image has at most twice the lines.</summary>
    private const int MaxLineOverhead = 2;

    public static bool IsLargerThanClaimed(Stream png, long width, long height)
    {
        var limit = ((width * MaxPixelBytes) + MaxLineOverhead) * (height + 1);
        using var content = new ZLibStream(new ContentChunks(png), CompressionMode.Decompress);
        var block = new byte[64 * 1024];
        for (long total = 0; total <= limit;)
        {
            var got = content.Read(block);
            if (got == 0)
            {
                return false;
            }

            total += got;
        }

        return true;
    }

    /// <summary>The bytes of all IDAT chunks, one after the other.</summary>
    private sealed class ContentChunks(Stream png) : Stream
    {
        private long left = -1;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            while (left <= 0)
            {
                if (!NextChunk())
                {
                    return 0;
                }
            }

            var got = png.Read(buffer[..(int)Math.Min(buffer.Length, left)]);
            left = got == 0 ? 0 : left - got;
            return got;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        // Leaves the stream at the first byte of the next IDAT chunk; others are jumped over. False at the end, also a broken one.
        private bool NextChunk()
        {
            const int Signature = 8, Checksum = 4;
            png.Position = left < 0 ? Signature : png.Position + Checksum;
            Span<byte> head = stackalloc byte[8];
            while (png.ReadAtLeast(head, head.Length, throwOnEndOfStream: false) == head.Length)
            {
                long length = BinaryPrimitives.ReadUInt32BigEndian(head);
                if (head[4..].SequenceEqual("IDAT"u8))
                {
                    left = length;
                    return true;
                }

                png.Position += length + Checksum;
            }

            return false;
        }
    }
}
