using System.Globalization;
using Rigshift.Rules;
using Serilog.Events;
using Serilog.Formatting;
using Serilog.Parsing;

namespace Rigshift.Agent.Hosting.Logging;

/// <summary>
/// One event as lines for people. Under systemd each line begins with its priority ("&lt;4&gt;") instead of a time: the journal
/// has its own clock. Text from jobs and peers cannot forge a line or move the cursor.
/// </summary>
internal sealed class LineFormatter(bool forJournal) : ITextFormatter
{
    public void Format(LogEvent logEvent, TextWriter output)
    {
        var prefix = forJournal
            ? Priority(logEvent.Level)
            : logEvent.Timestamp.ToString("HH:mm:ss.fff ", CultureInfo.InvariantCulture) + Label(logEvent.Level);
        // Two steps: the message may hold line breaks of a peer's text; the exception's own are wanted.
        WriteLine(output, prefix, Message(logEvent));
        if (logEvent.Exception is { } fault)
        {
            foreach (var line in fault.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                WriteLine(output, prefix + "  ", line.TrimEnd('\r'));
            }
        }
    }

    // The stock rendering puts quotes around every text, which people read as part of it.
    private static string Message(LogEvent logEvent)
    {
        using var text = new StringWriter(CultureInfo.InvariantCulture);
        foreach (var token in logEvent.MessageTemplate.Tokens)
        {
            if (token is PropertyToken property && logEvent.Properties.TryGetValue(property.PropertyName, out var value) && value is ScalarValue { Value: string plain })
            {
                text.Write(plain);
            }
            else
            {
                token.Render(logEvent.Properties, text, CultureInfo.InvariantCulture);
            }
        }

        return text.ToString();
    }

    private static void WriteLine(TextWriter output, string prefix, string text)
    {
        output.Write(prefix);
        output.Write(SafeText.ForTerminal(text));
        output.Write('\n');
    }

    // sd-daemon(3): the journal reads the number as the syslog priority.
    private static string Priority(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => "<2>",
        LogEventLevel.Error => "<3>",
        LogEventLevel.Warning => "<4>",
        LogEventLevel.Information => "<6>",
        _ => "<7>",
    };

    private static string Label(LogEventLevel level) => level switch
    {
        LogEventLevel.Fatal => "fatal ",
        LogEventLevel.Error => "error ",
        LogEventLevel.Warning => "warn  ",
        LogEventLevel.Information => "info  ",
        _ => "debug ",
    };
}
