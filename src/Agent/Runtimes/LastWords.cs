using System.Text;
using Rigshift.Rules;

namespace Rigshift.Agent.Runtimes;

/// <summary>The last line that a program wrote to stderr: most often why it failed.</summary>
internal static class LastWords
{
    private const int TailBytes = 2048;

    /// <summary>Fit for a message; empty when there is none.</summary>
    public static string Read(string stderrDirectory)
    {
        try
        {
            Span<byte> tail = stackalloc byte[TailBytes];
            var read = LogReader.Read(stderrDirectory, Math.Max(LogReader.Length(stderrDirectory) - TailBytes, 0), tail);
            var text = Encoding.UTF8.GetString(tail[..read.BytesRead]).TrimEnd();
            return SafeText.ForMessage(text[(text.LastIndexOf('\n') + 1)..].Trim());
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            return ""; // A message is the better for it, and does without.
        }
    }
}
