using Rigshift.Coordinator.Commands;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Tests.Commands;

internal sealed class WordingTests
{
    [TestCase(0.42, "0.4s")]
    [TestCase(59, "59s")]
    [TestCase(200, "3m 20s")]
    [TestCase(7500, "2h 5m")]
    [TestCase(273600, "3d 4h")]
    [TestCase(-5, "0s")]
    public void Span_OfSeconds_HasTwoUnitsAtMost(double seconds, string expected) =>
        Assert.That(Wording.Span(TimeSpan.FromSeconds(seconds)), Is.EqualTo(expected));

    [TestCase(0UL, "0 B")]
    [TestCase(1023UL, "1023 B")]
    [TestCase(1536UL, "1.5 KiB")]
    [TestCase(512UL << 20, "512 MiB")]
    [TestCase(ulong.MaxValue, "16777216 TiB")]
    public void Bytes_OfASize_HasAUnitThatFits(ulong bytes, string expected) => Assert.That(Wording.Bytes(bytes), Is.EqualTo(expected));

    [Test]
    public void State_CancelAskedFor_SaysSoUntilTheJobHasEnded()
    {
        Assert.That(Wording.State(new Job { State = JobState.Running, CancelRequested = true }), Is.EqualTo("cancelling"));
        Assert.That(Wording.State(new Job { State = JobState.Cancelled, CancelRequested = true }), Is.EqualTo("cancelled"));
    }

    [Test]
    public void State_NewerThanThisProgram_IsShownAndDoesNotThrow() => Assert.That(Wording.State(new Job { State = (JobState)99 }), Is.EqualTo("99"));
}
