using System.Text;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary>Makes lines of a job's log bytes, which arrive in pieces that end anywhere, also inside a character.</summary>
internal sealed class LogLines
{
    private readonly Decoder decoder = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetDecoder();
    private readonly StringBuilder pending = new();

    // Set when the line being read was longer than is shown; the rest of it is passed over.
    private bool cut;

    /// <summary>The lines that these bytes complete.</summary>
    public IReadOnlyList<string> Add(ReadOnlySpan<byte> data)
    {
        var chars = new char[decoder.GetCharCount(data, flush: false)];
        decoder.GetChars(data, chars, flush: false);
        var lines = new List<string>();
        foreach (var c in chars)
        {
            if (c == '\n')
            {
                lines.Add(Take());
            }
            else if (pending.Length <= SafeText.LineLimit)
            {
                pending.Append(c);
            }
            else
            {
                cut = true;
            }
        }

        return lines;
    }

    /// <summary>What stands after the last line end, when no more comes.</summary>
    public string? End() => pending.Length == 0 && !cut ? null : Take();

    // A program that redraws its line with carriage returns shows the last drawing on a terminal, so that is the line.
    private string Take()
    {
        var text = pending.ToString().TrimEnd('\r');
        pending.Clear();
        cut = false;
        return text[(text.LastIndexOf('\r') + 1)..];
    }
}
