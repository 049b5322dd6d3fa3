using System.Globalization;

namespace Rigshift.Coordinator.Commands;

/// <summary>Draws how far something is.</summary>
internal static class ProgressBar
{
    private const int Cells = 24;

    public static string Draw(ulong done, ulong total)
    {
        var share = total == 0 ? 0 : Math.Clamp((double)done / total, 0, 1);
        var full = (int)Math.Round(share * Cells);
        return string.Create(CultureInfo.InvariantCulture, $"{new string('█', full)}{new string('░', Cells - full)} {share * 100,3:0}%");
    }
}
