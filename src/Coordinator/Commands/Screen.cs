using Rigshift.Rules;
using Spectre.Console;

namespace Rigshift.Coordinator.Commands;

/// <summary>
/// Where a verb writes. Tables with colour on a terminal, aligned columns in a pipe. Everything that is shown passes
/// <see cref="SafeText"/>, because names, details and log lines come from rigs and jobs.
/// </summary>
internal sealed class Screen
{
    private const string Reset = "\e[0m";

    private readonly IAnsiConsole console;
    private readonly bool colour;

    public Screen(TextWriter output, TextWriter error, bool isTerminal, bool colour, int width)
    {
        (Out, Error, IsTerminal, this.colour, Width) = (output, error, isTerminal, colour && isTerminal, width);
        console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = this.colour ? AnsiSupport.Yes : AnsiSupport.No,
            ColorSystem = this.colour ? ColorSystemSupport.Standard : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = width;
    }

    public TextWriter Out { get; }

    /// <summary>Messages; also everything for people when standard output carries JSON.</summary>
    public TextWriter Error { get; }

    public bool IsTerminal { get; }

    public int Width { get; }

    /// <summary>The process's own console.</summary>
    public static Screen Detect()
    {
        var terminal = !Console.IsOutputRedirected;
        var colour = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") != "dumb";
        return new Screen(Console.Out, Console.Error, terminal, colour, terminal ? Math.Max(40, ConsoleWidth()) : int.MaxValue);
    }

    /// <summary>The same for people, but on standard error: standard output belongs to a program.</summary>
    public Screen OnError()
    {
        var terminal = ReferenceEquals(Error, Console.Error) && !Console.IsErrorRedirected;
        return new Screen(Error, Error, terminal, terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")), terminal ? Math.Max(40, ConsoleWidth()) : int.MaxValue);
    }

    public void Line(string text = "", Tone tone = Tone.Plain) => Out.WriteLine(Paint(SafeText.ForTerminal(text), tone));

    public void ErrorLine(string text) => Error.WriteLine(text);

    public string Paint(string text, Tone tone) => !colour ? text : tone switch
    {
        Tone.Dim => $"\e[2m{text}{Reset}",
        Tone.Good => $"\e[32m{text}{Reset}",
        Tone.Warn => $"\e[33m{text}{Reset}",
        Tone.Bad => $"\e[31m{text}{Reset}",
        _ => text,
    };

    public void Table(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<Cell>> rows)
    {
        if (IsTerminal)
        {
            FancyTable(headers, rows);
        }
        else
        {
            PlainTable(headers, rows);
        }

        Out.Flush();
    }

    private void FancyTable(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<Cell>> rows)
    {
        var table = new Table { Border = TableBorder.Simple, UseSafeBorder = true };
        foreach (var header in headers)
        {
            table.AddColumn(new TableColumn(new Text(header, new Style(decoration: Decoration.Bold))));
        }

        foreach (var row in rows)
        {
            // Text, not markup: '[' in a name is a bracket.
            table.AddRow(row.Select(c => new Text(SafeText.ForTerminal(c.Text), StyleOf(c.Tone))));
        }

        console.Write(table);
    }

    private void PlainTable(IReadOnlyList<string> headers, IReadOnlyList<IReadOnlyList<Cell>> rows)
    {
        var lines = rows.Select(r => r.Select(c => SafeText.ForTerminal(c.Text)).ToList()).Prepend([.. headers.Select(h => h.ToUpperInvariant())]).ToList();
        var widths = headers.Select((_, i) => lines.Max(l => l[i].Length)).ToList();
        foreach (var line in lines)
        {
            Out.WriteLine(string.Join("  ", line.Select((c, i) => c.PadRight(widths[i]))).TrimEnd());
        }
    }

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Dim => new Style(decoration: Decoration.Dim),
        Tone.Good => new Style(Color.Green),
        Tone.Warn => new Style(Color.Yellow),
        Tone.Bad => new Style(Color.Red),
        _ => Style.Plain,
    };

    private static int ConsoleWidth()
    {
        try
        {
            return Console.WindowWidth is > 0 and var width ? width : 80;
        }
        catch (IOException) // A terminal that does not know its size.
        {
            return 80;
        }
    }
}
