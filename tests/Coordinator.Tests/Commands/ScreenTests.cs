using Rigshift.Coordinator.Commands;

namespace Rigshift.Coordinator.Tests.Commands;

internal sealed class ScreenTests
{
    private static readonly string[] Headers = ["Job", "Name"];

    [Test]
    public void Table_InAPipe_IsAlignedColumnsWithoutEscapes()
    {
        using var capture = new ScreenCapture();
        capture.Screen.Table(Headers, [["1a2b", new Cell("x[red]y", Tone.Bad)], ["3", "z"]]);
        Assert.That(capture.Out, Is.EqualTo("JOB   NAME\n1a2b  x[red]y\n3     z\n"));
    }

    [Test]
    public void Table_NameWithMarkupAndEscapes_ShowsThemAsText()
    {
        using var capture = new ScreenCapture(terminal: true, colour: true);
        capture.Screen.Table(Headers, [["1", "[bold]\e[2Jboom"]]);
        Assert.That(capture.Out, Does.Contain("[bold]?[2Jboom"));
    }

    [Test]
    public void Line_NoColour_HasNoEscapes()
    {
        using var capture = new ScreenCapture(terminal: true, colour: false);
        capture.Screen.Line("fine", Tone.Good);
        Assert.That(capture.Out, Is.EqualTo("fine\n"));
    }

    [Test]
    public void Line_UntrustedText_LosesItsEscapes()
    {
        using var capture = new ScreenCapture(terminal: true, colour: true);
        capture.Screen.Line("a\e]0;title\a\u202Eb");
        Assert.That(capture.Out, Is.EqualTo("a?]0;title??b\n"));
    }

    [Test]
    public void Status_OnATerminal_IsErasedBeforeALineAndDrawnAgainBelowIt()
    {
        using var capture = new ScreenCapture(terminal: true, width: 20);
        var status = new StatusLine(capture.Screen);
        status.Show("half way");
        status.Line("a log line");
        status.Show("");
        Assert.That(capture.Out, Is.EqualTo("half way\r\e[2Ka log line\nhalf way\r\e[2K"));
    }

    [Test]
    public void Status_WiderThanTheTerminal_IsCutSoThatItNeverWraps()
    {
        using var capture = new ScreenCapture(terminal: true, width: 10);
        new StatusLine(capture.Screen).Show("0123456789abc");
        Assert.That(capture.Out, Is.EqualTo("012345678"));
    }

    [Test]
    public void Status_InAPipe_IsNotWritten()
    {
        using var capture = new ScreenCapture();
        var status = new StatusLine(capture.Screen);
        status.Show("half way");
        status.Line("a log line");
        Assert.That(capture.Out, Is.EqualTo("a log line\n"));
    }
}
