using Rigshift.Rules;

namespace Rigshift.Coordinator.Demo;

/// <summary>The last lines that a child printed, for when it fails.</summary>
internal sealed class LogTail
{
    private const int MaxLines = 40;

    private readonly Lock sync = new();
    private readonly Queue<string> lines = new();

    public void Add(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
        {
            return;
        }

        lock (sync)
        {
            lines.Enqueue(SafeText.ForTerminal(line));
            if (lines.Count > MaxLines)
            {
                lines.Dequeue();
            }
        }
    }

    public string Text()
    {
        lock (sync)
        {
            return lines.Count == 0 ? "It printed nothing." : "Its last lines:" + string.Concat(lines.Select(l => $"{Environment.NewLine}  {l}"));
        }
    }
}
