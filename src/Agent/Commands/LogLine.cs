using System.Text;
using System.Text.Json;
using Rigshift.Rules;

namespace Rigshift.Agent.Commands;

/// <summary>One event of the agent's compact JSON log as a line for people.</summary>
internal static class LogLine
{
    public static string Format(JsonElement entry)
    {
        var time = Text(entry, "@t");
        var level = Text(entry, "@l") is { Length: > 0 } named ? named : "Information";
        var line = new StringBuilder()
            .Append(time.Length > 19 ? time[..19].Replace('T', ' ') : time)
            .Append(' ')
            .Append(level.ToLowerInvariant().PadRight(12))
            .Append(Fill(Text(entry, "@mt"), entry));
        if (Text(entry, "@x") is { Length: > 0 } fault)
        {
            line.Append(" | ").Append(fault.ReplaceLineEndings(" "));
        }

        return SafeText.ForTerminal(line.ToString());
    }

    // {Name} and {Name:format} become the entry's value; the format is for a console that has the real object.
    private static string Fill(string template, JsonElement entry)
    {
        var text = new StringBuilder();
        var position = 0;
        while (position < template.Length)
        {
            var open = template.IndexOf('{', position);
            var close = open < 0 ? -1 : template.IndexOf('}', open);
            if (close < 0)
            {
                break;
            }

            var name = template[(open + 1)..close].Split(':')[0];
            text.Append(template, position, open - position).Append(entry.TryGetProperty(name, out var value) ? value.ToString() : template[open..(close + 1)]);
            position = close + 1;
        }

        return text.Append(template, position, template.Length - position).ToString();
    }

    private static string Text(JsonElement entry, string name) => entry.TryGetProperty(name, out var value) ? value.ToString() : "";
}
