using System.Globalization;
using Rigshift.Agent.Sessions.Logs;
using Rigshift.Protocol.V1;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Sessions;

internal sealed class LogCursorTests
{
    private readonly TempDirectory directory = new();

    [TearDown]
    public void Clean() => directory.Dispose();

    [Test]
    public void Next_ShortLogOfAnEndedProgram_IsOneChunkAndTheLast()
    {
        Write("hello\n"u8);
        var cursor = Cursor();

        var request = cursor.Next(ended: true)!; // There is a log.
        cursor.Answered(request, new AppendLogReply { NextOffset = 6 });

        Assert.That((request.Offset, request.Last, request.Data.ToStringUtf8()), Is.EqualTo((0ul, true, "hello\n")));
        Assert.That(cursor.Done, Is.True);
    }

    [Test]
    public void Next_ProgramPrintedNothing_NothingIsSent()
    {
        var cursor = Cursor();

        Assert.That(cursor.Next(ended: true), Is.Null);
        Assert.That(cursor.Done, Is.True);
    }

    [Test]
    public void Next_LongLogAfterARestart_AsksFirstAndGoesOnWhereTheCoordinatorIs()
    {
        Write(new byte[3 * ProtocolLimits.MaxLogChunkBytes]);
        var cursor = Cursor();

        var question = cursor.Next(ended: false)!; // There is a log.
        cursor.Answered(question, new AppendLogReply { NextOffset = 100_000 });
        var next = cursor.Next(ended: false)!; // There is more.

        Assert.That(question.Data, Is.Empty);
        Assert.That(next.Offset, Is.EqualTo(100_000));
    }

    [Test]
    public void Answered_CoordinatorWantsEarlierBytes_Rewinds()
    {
        Write("0123456789"u8);
        var cursor = Cursor();
        var request = cursor.Next(ended: true)!; // There is a log.

        cursor.Answered(request, new AppendLogReply { NextOffset = 4 });

        Assert.That(cursor.Done, Is.False);
        Assert.That(cursor.Next(ended: true)!.Data.ToStringUtf8(), Is.EqualTo("456789"));
    }

    [Test]
    public void Rate_TheSmallerOfBothCounts_ZeroIsNoLimit()
    {
        Assert.That(LogRate.BytesPerSecond(0, 0), Is.Zero);
        Assert.That(LogRate.BytesPerSecond(10, 0), Is.EqualTo(10));
        Assert.That(LogRate.BytesPerSecond(0, 20), Is.EqualTo(20));
        Assert.That(LogRate.BytesPerSecond(10, 20), Is.EqualTo(10));
    }

    [Test]
    public void Rate_FirstQuarterMegabyteGoesAtOnce_TheRestIsShaped()
    {
        var (after, first) = LogRate.Full(32 * 1024, TimeSpan.Zero).Take(LogRate.BurstBytes, TimeSpan.Zero);
        var (_, second) = after.Take(32 * 1024, TimeSpan.Zero);

        Assert.That(first, Is.EqualTo(TimeSpan.Zero));
        Assert.That(second, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    private LogCursor Cursor() => new("a", LogStream.Stdout, directory.Root);

    private void Write(ReadOnlySpan<byte> bytes) => File.WriteAllBytes(directory.File(0.ToString("D20", CultureInfo.InvariantCulture)), bytes);
}
