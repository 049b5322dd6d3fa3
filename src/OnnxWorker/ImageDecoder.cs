using Rigshift.Rules;
using StbImageSharp;

namespace Rigshift.OnnxWorker;

/// <summary>Pixels row by row, <paramref name="Channels"/> bytes each.</summary>
internal sealed record Pixels(int Width, int Height, int Channels, byte[] Values);

/// <summary>PNG and JPEG, within bounds. Transparency is dropped, orientation marks of cameras are not followed.</summary>
internal static class ImageDecoder
{
    /// <summary>The largest cameras of phones; decoded it is 192 MiB.</summary>
    private const long MaxPixels = 64L << 20;

    /// <summary>More than an image within <see cref="MaxPixels"/> has.</summary>
    private const long MaxFileBytes = 256L << 20;

    private enum Kind
    {
        Png = 1,
        Jpeg = 2,
    }

    public static Pixels Decode(string file, int channels)
    {
        using var stream = Open(file);
        if (stream.Length > MaxFileBytes)
        {
            throw Wrong(file, $"is larger than {MaxFileBytes >> 20} MiB");
        }

        if (Signature(stream) is not { } kind)
        {
            throw Wrong(file, "is neither a PNG nor a JPEG file");
        }

        try
        {
            if (ImageInfo.FromStream(stream) is not { } size)
            {
                throw Wrong(file, "is damaged: its size cannot be read");
            }

            if (size.Width <= 0 || size.Height <= 0 || (long)size.Width * size.Height > MaxPixels)
            {
                throw Wrong(file, $"has {size.Width} x {size.Height} pixels; at most {MaxPixels >> 20} megapixels are read");
            }

            stream.Position = 0;
            if (kind == Kind.Png && PngContent.IsLargerThanClaimed(stream, size.Width, size.Height))
            {
                throw Wrong(file, "unpacks to more than its size says: it is damaged or a decompression bomb");
            }

            stream.Position = 0;
            var image = ImageResult.FromStream(stream, channels == 1 ? ColorComponents.Grey : ColorComponents.RedGreenBlue);
            return new Pixels(image.Width, image.Height, channels, image.Data);
        }
        catch (Exception fault) when (fault is not WorkerFault and not OutOfMemoryException)
        {
            // The decoder throws whatever comes to its mind on damaged bytes, index errors among it.
            throw Wrong(file, "is damaged and cannot be decoded", fault);
        }
    }

    private static FileStream Open(string file)
    {
        try
        {
            return File.OpenRead(file);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw Wrong(file, "cannot be read: " + SafeText.ForMessage(fault.Message), fault);
        }
    }

    private static Kind? Signature(FileStream stream)
    {
        Span<byte> start = stackalloc byte[4];
        var got = stream.ReadAtLeast(start, 4, throwOnEndOfStream: false);
        stream.Position = 0;
        return got < 4 ? null
            : start.SequenceEqual<byte>([0x89, (byte)'P', (byte)'N', (byte)'G']) ? Kind.Png
            : start.StartsWith<byte>([0xFF, 0xD8, 0xFF]) ? Kind.Jpeg
            : null;
    }

    private static WorkerFault Wrong(string file, string what, Exception? cause = null) =>
        WorkerFault.Input($"The image '{SafeText.ForMessage(Path.GetFileName(file))}' {what}.", cause);
}
