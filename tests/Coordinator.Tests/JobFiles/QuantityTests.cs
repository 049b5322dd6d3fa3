using Rigshift.Coordinator.JobFiles;

namespace Rigshift.Coordinator.Tests.JobFiles;

internal sealed class QuantityTests
{
    [TestCase("512Mi", 512L << 20)]
    [TestCase("1.5Gi", 3L << 29)]
    [TestCase("500M", 500_000_000)]
    [TestCase("2k", 2000)]
    [TestCase("1048576", 1L << 20)]
    public void TryBytes_KnownUnit_GivesBytes(string text, long expected)
    {
        Assert.That(Quantity.TryBytes(text, out var bytes, out _), Is.True);
        Assert.That(bytes, Is.EqualTo(expected));
    }

    [TestCase("512MB", "write 512Mi (powers of 1024) or 512M (powers of 1000)")]
    [TestCase("512mib", "write 512Mi (powers of 1024)")]
    [TestCase("512m", "write 512Mi for mebibytes")]
    [TestCase("lots", "write a number and a unit like 512Mi")]
    [TestCase("12X", "has no unit of bytes")]
    [TestCase("0.3", "is not a whole number of bytes")]
    [TestCase("-1Gi", "is not a number of bytes")]
    [TestCase("1.2.3Gi", "is not a number of bytes")]
    [TestCase("99999999999999999999Ti", "is not")]
    public void TryBytes_WrongUnit_SaysWhatToWrite(string text, string remedy)
    {
        Assert.That(Quantity.TryBytes(text, out _, out var fault), Is.False);
        Assert.That(fault, Does.Contain(remedy).Or.Contain("has an unknown unit"));
    }

    [TestCase("500m", 500)]
    [TestCase("1", 1000)]
    [TestCase("0.5", 500)]
    public void TryCpuMillis_CoresOrThousandths_GivesThousandths(string text, long expected)
    {
        Assert.That(Quantity.TryCpuMillis(text, out var millis, out _), Is.True);
        Assert.That(millis, Is.EqualTo(expected));
    }

    [TestCase("two")]
    [TestCase("500k")]
    [TestCase("0.0001")]
    [TestCase("")]
    public void TryCpuMillis_NoCores_IsRefused(string text) => Assert.That(Quantity.TryCpuMillis(text, out _, out _), Is.False);

    [TestCase("90s", 90)]
    [TestCase("10m", 600)]
    [TestCase("1h30m", 5400)]
    [TestCase("2d", 172_800)]
    [TestCase("1.5h", 5400)]
    public void TrySeconds_Time_GivesSeconds(string text, long expected)
    {
        Assert.That(Quantity.TrySeconds(text, out var seconds, out _), Is.True);
        Assert.That(seconds, Is.EqualTo(expected));
    }

    [TestCase("600", "write 600s for seconds or 600m for minutes")]
    [TestCase("30m1h", "is not a time")]
    [TestCase("10 m", "is not a time")]
    [TestCase("", "is not a time")]
    [TestCase("1h1h", "is not a time")]
    [TestCase("0.5s", "is not a whole number of seconds")]
    public void TrySeconds_NoTime_SaysWhatToWrite(string text, string remedy)
    {
        Assert.That(Quantity.TrySeconds(text, out _, out var fault), Is.False);
        Assert.That(fault, Does.Contain(remedy));
    }
}
