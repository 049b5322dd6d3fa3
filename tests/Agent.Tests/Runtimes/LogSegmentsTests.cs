using System.Text;
using CsCheck;
using Rigshift.Agent.Runtimes;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Runtimes;

internal sealed class LogSegmentsTests
{
    private const int Segment = LogSegments.SegmentBytes;

    private readonly TempDirectory directory = new();

    [TearDown]
    public void Clean() => directory.Dispose();

    [Test]
    public void Read_NothingPrintedYet_IsAtEndWithNothing() =>
        Assert.That(LogReader.Read(directory.File("none"), 0, new byte[8]), Is.EqualTo(new LogRead(0, 0, AtEnd: true)));

    [Test]
    public void Read_WhileWritten_GivesWhatIsThereSoFar()
    {
        using var writer = new LogSegmentWriter(directory.Root, 4 * Segment);
        var buffer = new byte[16];

        writer.Append("abc"u8);
        var first = LogReader.Read(directory.Root, 0, buffer);
        writer.Append("def"u8);
        var second = LogReader.Read(directory.Root, 3, buffer);

        Assert.That(first, Is.EqualTo(new LogRead(0, 3, AtEnd: true)));
        Assert.That(second, Is.EqualTo(new LogRead(0, 3, AtEnd: true)));
        Assert.That(Encoding.ASCII.GetString(buffer, 0, 3), Is.EqualTo("def"));
    }

    [Test]
    public void Read_LastSegmentCutShortByAPowerCut_EndsThereAndGoesOn()
    {
        using (var writer = new LogSegmentWriter(directory.Root, 4 * Segment))
        {
            writer.Append(new byte[Segment + 100]);
        }

        using (var file = File.OpenWrite(LogSegments.PathOf(directory.Root, Segment)))
        {
            file.SetLength(10);
        }

        Assert.That(LogReader.Length(directory.Root), Is.EqualTo(Segment + 10));
        Assert.That(LogReader.Read(directory.Root, Segment + 50, new byte[8]), Is.EqualTo(new LogRead(0, 0, AtEnd: true)));
    }

    [Test]
    public void Read_MiddleSegmentCutShort_MissingBytesCountAsDropped()
    {
        using (var writer = new LogSegmentWriter(directory.Root, 4 * Segment))
        {
            writer.Append(new byte[(2 * Segment) + 5]);
        }

        using (var file = File.OpenWrite(LogSegments.PathOf(directory.Root, Segment)))
        {
            file.SetLength(0);
        }

        Assert.That(LogReader.Read(directory.Root, Segment, new byte[64]), Is.EqualTo(new LogRead(Segment, 5, AtEnd: true)));
    }

    [Test]
    public void Append_AnyAmountInAnyParts_EveryKeptByteIsAtItsOffset()
    {
        var parts = Gen.Int[1, 900_000].List[1, 14];
        parts.Sample(
            sizes =>
            {
                using var own = new TempDirectory();
                using (var writer = new LogSegmentWriter(own.Root, 4 * Segment))
                {
                    long offset = 0;
                    foreach (var size in sizes)
                    {
                        writer.Append(Enumerable.Range(0, size).Select(i => ByteAt(offset + i)).ToArray());
                        offset += size;
                    }
                }

                return KeptIsRight(own.Root, sizes.Sum(size => (long)size));
            },
            iter: 20);
    }

    // Not periodic in the segment size, so that a misplaced segment shows.
    private static byte ByteAt(long offset) => (byte)(offset % 251);

    private static bool KeptIsRight(string root, long length)
    {
        var buffer = new byte[100_000];
        long at = 0, dropped = 0;
        while (true)
        {
            var read = LogReader.Read(root, at, buffer);
            dropped += read.DroppedBytes;
            at += read.DroppedBytes;
            for (var i = 0; i < read.BytesRead; i++)
            {
                if (buffer[i] != ByteAt(at + i))
                {
                    return false;
                }
            }

            at += read.BytesRead;
            if (read.AtEnd)
            {
                return at == length && length - dropped <= 4 * Segment && (length > 4 * Segment || dropped == 0);
            }
        }
    }
}
