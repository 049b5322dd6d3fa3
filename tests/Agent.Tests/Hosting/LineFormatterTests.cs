using Rigshift.Agent.Hosting.Logging;
using Serilog;
using Serilog.Core;
using Serilog.Events;

namespace Rigshift.Agent.Tests.Hosting;

internal sealed class LineFormatterTests
{
    [Test]
    public void Format_ForTheJournal_EveryLineHasItsPriority()
    {
        var lines = Write(forJournal: true, log => log.Warning(new InvalidOperationException("bad\nworse"), "It {What}", "broke"));

        Assert.That(lines, Has.Count.GreaterThan(1).And.All.StartsWith("<4>"));
        Assert.That(lines[0], Is.EqualTo("<4>It broke"));
    }

    [Test]
    public void Format_TextOfAPeer_CannotForgeALineOrMoveTheCursor()
    {
        var lines = Write(forJournal: true, log => log.Information("Job {Name} ended", "x\n<2>fake \e[2J"));

        Assert.That(lines, Is.EqualTo(new[] { "<6>Job x?<2>fake ?[2J ended" }));
    }

    private static List<string> Write(bool forJournal, Action<ILogger> act)
    {
        var sink = new Lines(new LineFormatter(forJournal));
        using var logger = new LoggerConfiguration().WriteTo.Sink(sink).CreateLogger();
        act(logger);
        return [.. sink.Text.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private sealed class Lines(LineFormatter formatter) : ILogEventSink
    {
        public string Text { get; private set; } = "";

        public void Emit(LogEvent logEvent)
        {
            using var writer = new StringWriter();
            formatter.Format(logEvent, writer);
            Text += writer.ToString();
        }
    }
}
