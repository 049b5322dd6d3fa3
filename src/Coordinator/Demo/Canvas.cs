using StbImageWriteSharp;

namespace Rigshift.Coordinator.Demo;

internal readonly record struct Rgb(byte Red, byte Green, byte Blue);

/// <summary>A picture that is drawn pixel by pixel and saved as PNG.</summary>
internal sealed class Canvas
{
    private readonly byte[] pixels;

    public Canvas(int width, int height, Rgb background)
    {
        (Width, Height, pixels) = (width, height, new byte[width * height * 3]);
        for (var i = 0; i < width * height; i++)
        {
            Set(i % width, i / width, background);
        }
    }

    public int Width { get; }

    public int Height { get; }

    public Rgb this[int x, int y] => new(pixels[At(x, y)], pixels[At(x, y) + 1], pixels[At(x, y) + 2]);

    /// <summary>What lies outside is not drawn.</summary>
    public void Set(int x, int y, Rgb colour)
    {
        if (x >= 0 && y >= 0 && x < Width && y < Height)
        {
            (pixels[At(x, y)], pixels[At(x, y) + 1], pixels[At(x, y) + 2]) = (colour.Red, colour.Green, colour.Blue);
        }
    }

    public void Text(int x, int y, string text, int scale, Rgb colour)
    {
        for (var i = 0; i < text.Length; i++)
        {
            for (var p = 0; p < PixelFont.Width * PixelFont.Height * scale * scale; p++)
            {
                var (column, row) = (p % (PixelFont.Width * scale), p / (PixelFont.Width * scale));
                if (PixelFont.IsSet(text[i], column / scale, row / scale))
                {
                    Set(x + (i * PixelFont.Advance * scale) + column, y + row, colour);
                }
            }
        }
    }

    public void Frame(int x, int y, int width, int height, Rgb colour)
    {
        for (var i = 0; i < Math.Max(width, height); i++)
        {
            if (i < width)
            {
                Set(x + i, y, colour);
                Set(x + i, y + height - 1, colour);
            }

            if (i < height)
            {
                Set(x, y + i, colour);
                Set(x + width - 1, y + i, colour);
            }
        }
    }

    public void SavePng(Stream stream) => new ImageWriter().WritePng(pixels, Width, Height, ColorComponents.RedGreenBlue, stream);

    public static int TextWidth(string text, int scale) => ((text.Length * PixelFont.Advance) - 1) * scale;

    private int At(int x, int y) => ((y * Width) + x) * 3;
}
