using System.Globalization;
using StbImageSharp;

namespace Rigshift.Coordinator.Demo;

/// <summary>The picture that a person looks at: each image enlarged, below it what the model saw, green when right and red when wrong.</summary>
internal static class ContactSheet
{
    // More would be too small to look at on one screen.
    private const int MaxImages = 400;

    private const int ImageSide = 56;
    private const int Pitch = 76;
    private const int RowHeight = 92;
    private const int Margin = 24;
    private const int HeaderHeight = 84;

    private static readonly Rgb Paper = new(250, 250, 248);
    private static readonly Rgb Ink = new(38, 42, 48);
    private static readonly Rgb Faint = new(120, 126, 134);
    private static readonly Rgb Good = new(18, 138, 72);
    private static readonly Rgb Bad = new(208, 36, 44);

    /// <summary>Draws the sheet; <paramref name="directory"/> holds the images.</summary>
    public static Canvas Draw(Predictions predictions, string directory)
    {
        // Wrong ones first: they are what one looks for.
        var shown = predictions.All.OrderBy(p => p.IsRight ?? true).ThenBy(p => p.File, StringComparer.Ordinal).Take(MaxImages).ToList();
        var columns = Math.Clamp((int)Math.Ceiling(Math.Sqrt(shown.Count * 2.0)), 10, 24);
        var rows = (shown.Count + columns - 1) / columns;
        var sheet = new Canvas((columns * Pitch) + (2 * Margin) - (Pitch - ImageSide), HeaderHeight + (rows * RowHeight) + Margin, Paper);
        DrawHeader(sheet, predictions);
        for (var i = 0; i < shown.Count; i++)
        {
            DrawItem(sheet, shown[i], directory, Margin + (i % columns * Pitch), HeaderHeight + (i / columns * RowHeight));
        }

        return sheet;
    }

    private static void DrawHeader(Canvas sheet, Predictions predictions)
    {
        sheet.Text(Margin, 20, "RIGSHIFT DEMO", 3, Ink);
        var result = predictions.Accuracy is { } accuracy
            ? string.Create(CultureInfo.InvariantCulture, $"{predictions.All.Count} IMAGES, {predictions.Right} RIGHT: {accuracy * 100:0.0}%")
            : $"{predictions.All.Count} IMAGES";
        sheet.Text(Margin, 52, result, 2, Faint);
        const string Legend = "GREEN: RIGHT   RED: WRONG (RIGHT ANSWER)";
        var left = sheet.Width - Margin - Canvas.TextWidth(Legend, 2);
        if (left > Margin + Canvas.TextWidth(result, 2) + Margin)
        {
            sheet.Text(left, 52, Legend, 2, Faint);
        }
    }

    private static void DrawItem(Canvas sheet, DemoPrediction prediction, string directory, int x, int y)
    {
        var colour = prediction.IsRight switch { true => Good, false => Bad, _ => Ink };
        DrawImage(sheet, Path.Combine(directory, prediction.File), x, y);
        sheet.Frame(x - 2, y - 2, ImageSide + 4, ImageSide + 4, prediction.IsRight == false ? Bad : Paper);
        var text = prediction.IsRight == false ? $"{prediction.Label}({prediction.Expected})" : prediction.Label;
        var fits = Math.Min(text.Length, (Pitch - 2) / (PixelFont.Advance * 2));
        sheet.Text(x + ((ImageSide - Canvas.TextWidth(text[..fits], 2)) / 2), y + ImageSide + 7, text[..fits], 2, colour);
    }

    // Nearest pixel: the point is to see what the model saw.
    private static void DrawImage(Canvas sheet, string file, int x, int y)
    {
        using var stream = File.OpenRead(file);
        var image = ImageResult.FromStream(stream, ColorComponents.RedGreenBlue);
        var side = Math.Max(image.Width, image.Height);
        for (var i = 0; i < ImageSide * ImageSide; i++)
        {
            var (column, row) = (i % ImageSide, i / ImageSide);
            var (sourceX, sourceY) = (column * side / ImageSide, row * side / ImageSide);
            if (sourceX < image.Width && sourceY < image.Height)
            {
                var at = ((sourceY * image.Width) + sourceX) * 3;
                sheet.Set(x + column, y + row, new Rgb(image.Data[at], image.Data[at + 1], image.Data[at + 2]));
            }
        }
    }
}
