using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Rigshift.Agent.Tests.OnnxWorker;

/// <summary>Writes PNG files: grey with one byte per pixel, or red, green, blue. The checksums are left 0; the decoder does not look at them.</summary>
internal static class TinyPng
{
    public static byte[] Encode(int width, int height, int channels, byte[] values)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(values, y * width * channels, width * channels);
            }
        }

        return [.. Head(width, height, channels), .. Chunk("IDAT", packed.ToArray()), .. Chunk("IEND", [])];
    }

    /// <summary>The signature and the first chunk alone: enough to claim a size.</summary>
    public static byte[] Head(int width, int height, int channels) =>
        [0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR", [.. BigEndian(width), .. BigEndian(height), 8, channels == 1 ? (byte)0 : (byte)2, 0, 0, 0])];

    private static byte[] Chunk(string type, byte[] content) => [.. BigEndian(content.Length), .. Encoding.ASCII.GetBytes(type), .. content, 0, 0, 0, 0];

    private static byte[] BigEndian(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }
}
