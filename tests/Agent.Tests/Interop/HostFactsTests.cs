using Rigshift.Agent.Interop;
using Rigshift.Agent.Interop.Linux;
using Rigshift.Agent.Interop.Windows;

namespace Rigshift.Agent.Tests.Interop;

internal sealed class HostFactsTests
{
    [Test]
    public void Read_ThisMachine_NumbersAreThoseOfAMachine()
    {
        var facts = HostFacts.Read(Path.GetTempPath());

        using (Assert.EnterMultipleScope())
        {
            Assert.That(facts.CpuCores, Is.EqualTo(Environment.ProcessorCount));
            Assert.That(facts.MemoryTotalBytes, Is.GreaterThan(64L << 20));
            Assert.That(facts.MemoryAvailableBytes, Is.GreaterThan(0).And.LessThanOrEqualTo(facts.MemoryTotalBytes));
            Assert.That(facts.DiskFreeBytes, Is.GreaterThanOrEqualTo(0));
            Assert.That(facts.Os, Is.EqualTo(OperatingSystem.IsWindows() ? "windows" : "linux"));
        }
    }

    [Test]
    [Platform("Linux")]
    public void BootClock_TwoReadings_GoForwardInOneNamedBoot()
    {
        var clock = new LinuxBootClock();

        var first = clock.Now;

        Assert.That(clock.Now, Is.GreaterThanOrEqualTo(first).And.GreaterThan(TimeSpan.Zero));
        Assert.That(Guid.TryParse(clock.BootId, out _), Is.True);
    }

    [TestCase("a", "a")]
    [TestCase("", "\"\"")]
    [TestCase("a b", "\"a b\"")]
    [TestCase("a\"b", "\"a\\\"b\"")]
    [TestCase("a b\\", "\"a b\\\\\"")]
    [TestCase("a\\\"b", "\"a\\\\\\\"b\"")]
    public void CommandLine_Argument_IsQuotedAsWindowsSplitsIt(string argument, string expected) =>
        Assert.That(CommandLine.Join([argument]), Is.EqualTo(expected));
}
