using System.Globalization;

namespace Rigshift.Agent.Runtimes;

/// <summary>
/// The layout of a log on disk: a directory of segment files, each named by the offset of its first byte. What is
/// missing between two of them was dropped from the middle, so no index can disagree with the files.
/// </summary>
internal static class LogSegments
{
    /// <summary>Small against the cap, so that dropping one keeps most of it; large against a line.</summary>
    public const int SegmentBytes = 1 << 20;

    /// <summary>Per attempt, both streams together, unless the owner says otherwise.</summary>
    public const long DefaultCapBytes = 64L << 20;

    /// <summary>The beginning tells what was started with what; the end tells how it ended. The end is longer.</summary>
    public const double HeadShare = 0.25;

    private const int NameDigits = 20;

    public static string PathOf(string directory, long offset) =>
        Path.Combine(directory, offset.ToString("D20", CultureInfo.InvariantCulture));

    /// <summary>Start offsets in order; empty when nothing was written yet.</summary>
    public static List<long> Offsets(string directory)
    {
        var offsets = new List<long>();
        try
        {
            foreach (var path in Directory.EnumerateFiles(directory))
            {
                var name = Path.GetFileName(path.AsSpan());
                if (name.Length == NameDigits && long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var offset))
                {
                    offsets.Add(offset);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            return []; // The program has printed nothing yet.
        }

        offsets.Sort();
        return offsets;
    }
}
