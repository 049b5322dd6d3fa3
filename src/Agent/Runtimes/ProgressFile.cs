using System.Globalization;
using System.Text;
using Rigshift.Rules;

namespace Rigshift.Agent.Runtimes;

/// <param name="Unit">What is counted, e.g. "images"; may be empty.</param>
internal readonly record struct JobProgress(long Done, long Total, string Unit);

/// <summary>
/// A job's own account of how far it is: lines "DONE TOTAL UNIT" that it appends. Nothing in it is trusted: it may be
/// endless, binary, a link or not there.
/// </summary>
internal static class ProgressFile
{
    // Many lines' worth; the last complete one is in it or the job does not follow the format.
    private const int TailBytes = 4096;
    private const int LongestUnit = 32;
    private const int FewestParts = 2;
    private const int MostParts = 3;

    /// <summary>The last complete line; null when there is none that follows the format.</summary>
    public static JobProgress? ReadLatest(string path)
    {
        try
        {
            // A link or a pipe could lead out of the attempt or block for ever.
            var file = new FileInfo(path);
            return file.Exists && file.Attributes is var kind && (kind & (FileAttributes.ReparsePoint | FileAttributes.Device)) == 0 && file.Length > 0
                ? Parse(Tail(path))
                : null;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return null; // Taken away while we looked: the same as none.
        }
    }

    private static string Tail(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var length = RandomAccess.GetLength(file);
        var from = Math.Max(length - TailBytes, 0);
        Span<byte> buffer = stackalloc byte[TailBytes];
        var read = RandomAccess.Read(file, buffer, from);
        return Encoding.ASCII.GetString(buffer[..read]);
    }

    private static JobProgress? Parse(string tail)
    {
        var end = tail.LastIndexOf('\n');
        if (end < 0)
        {
            return null;
        }

        var begin = end == 0 ? 0 : tail.LastIndexOf('\n', end - 1) + 1;
        var parts = tail[begin..end].TrimEnd('\r').Split(' ', MostParts);
        if (parts.Length < FewestParts || !Number(parts[0], out var done) || !Number(parts[1], out var total))
        {
            return null;
        }

        var unit = parts.Length == MostParts ? SafeText.ForMessage(parts[2]) : "";
        return new(Math.Min(done, total), total, unit.Length > LongestUnit ? unit[..LongestUnit] : unit);
    }

    private static bool Number(string text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
