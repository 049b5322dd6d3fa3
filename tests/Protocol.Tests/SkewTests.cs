using Google.Protobuf;
using Rigshift.Protocol.V1;

namespace Rigshift.Protocol.Tests;

/// <summary>One end is newer than the other: what it does not know must neither break it nor get lost on the way.</summary>
internal sealed class SkewTests
{
    // Field 1000, wire type 2 (length-delimited), three bytes: nothing that this version knows.
    private static readonly byte[] NewerField = [0xC2, 0x3E, 0x03, 1, 2, 3];

    [Test]
    public void UnknownField_IsReadPastAndKept()
    {
        var bytes = new Accept { AttemptId = "a", Fence = 5 }.ToByteArray().Concat(NewerField).ToArray();

        var read = Accept.Parser.ParseFrom(bytes);

        Assert.That(read.Fence, Is.EqualTo(5));
        Assert.That(read.ToByteArray(), Is.EqualTo(bytes));
    }

    [Test]
    public void UnknownEnumValue_KeepsItsNumber()
    {
        var bytes = new AttemptVerdict { AttemptId = "a", Verdict = (Verdict)77 }.ToByteArray();

        Assert.That(AttemptVerdict.Parser.ParseFrom(bytes).Verdict, Is.EqualTo((Verdict)77));
    }

    [Test]
    public void UnknownMessageOfTheStream_ReadsAsNone()
    {
        var message = CoordinatorMessage.Parser.ParseFrom(NewerField);

        Assert.That(message.BodyCase, Is.EqualTo(CoordinatorMessage.BodyOneofCase.None));
    }
}
