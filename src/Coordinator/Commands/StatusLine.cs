using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary>Lines that stay, and below them, on a terminal, one that is redrawn. In a pipe only the lines that stay are written.</summary>
internal sealed class StatusLine(Screen screen)
{
    private const string EraseLine = "\r\e[2K";

    private readonly Lock sync = new();
    private string shown = "";

    /// <summary>Writes a line that stays.</summary>
    public void Line(string text, Tone tone = Tone.Plain)
    {
        lock (sync)
        {
            var status = shown;
            Erase();
            screen.Line(text, tone);
            Draw(status);
        }
    }

    /// <summary>Replaces the redrawn line; empty removes it.</summary>
    public void Show(string text)
    {
        lock (sync)
        {
            if (text != shown)
            {
                Erase();
                Draw(text);
            }
        }
    }

    private void Erase()
    {
        if (shown.Length > 0 && screen.IsTerminal)
        {
            screen.Out.Write(EraseLine);
        }

        shown = "";
    }

    // One column stays free: a full line would wrap, and erasing would leave half of it.
    private void Draw(string text)
    {
        shown = text;
        if (!screen.IsTerminal || text.Length == 0)
        {
            return;
        }

        var safe = SafeText.ForTerminal(text);
        screen.Out.Write(safe.Length < screen.Width ? safe : safe[..(screen.Width - 1)]);
        screen.Out.Flush();
    }
}
