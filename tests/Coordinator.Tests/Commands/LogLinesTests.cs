using System.Text;
using Rigshift.Coordinator.Commands;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Tests.Commands;

internal sealed class LogLinesTests
{
    [Test]
    public void Add_PiecesThatEndInsideACharacter_GivesTheWholeLine()
    {
        var lines = new LogLines();
        var bytes = Encoding.UTF8.GetBytes("grün\r\nend");
        var seen = bytes.SelectMany(b => lines.Add([b])).ToList();
        Assert.That(seen, Is.EqualTo(new[] { "grün" }));
        Assert.That(lines.End(), Is.EqualTo("end"));
        Assert.That(lines.End(), Is.Null);
    }

    [Test]
    public void Add_LineRedrawnWithCarriageReturns_GivesTheLastDrawing() =>
        Assert.That(new LogLines().Add("10%\r50%\r100%\n"u8), Is.EqualTo(new[] { "100%" }));

    [Test]
    public void Add_EndlessLine_KeepsNoMoreThanIsShown()
    {
        var lines = new LogLines();
        var chunk = Encoding.UTF8.GetBytes(new string('x', SafeText.LineLimit));
        for (var i = 0; i < 10; i++)
        {
            Assert.That(lines.Add(chunk), Is.Empty);
        }

        Assert.That(lines.Add("\nnext\n"u8).Select(l => l.Length), Is.EqualTo(new[] { SafeText.LineLimit + 1, 4 }));
    }

    [Test]
    public void Add_EmptyLines_AreLinesToo() => Assert.That(new LogLines().Add("\n\na\n"u8), Is.EqualTo(new[] { "", "", "a" }));
}
