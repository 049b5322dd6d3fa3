using Rigshift.Agent.Hosting.Configuration;
using Rigshift.Agent.Hosting.Service;

namespace Rigshift.Agent.Tests.Hosting;

internal sealed class UnitFileTests
{
    [Test]
    public void Compose_UsualPlaces_NamesTheProgramAndNothingElse()
    {
        var unit = UnitFile.Compose("/opt/rigshift/rigshift", PathChooser.Choose(null, null), relocated: false, ownConfig: false);

        Assert.That(unit, Does.Contain("ExecStart=\"/opt/rigshift/rigshift\" run\n").And.Not.Contain("@"));
    }

    [Test]
    public void Compose_OddPath_IsQuotedForSystemd()
    {
        var unit = UnitFile.Compose("/opt/my rig/100%/$x/rigshift", PathChooser.Choose(null, null), relocated: false, ownConfig: false);

        Assert.That(unit, Does.Contain("ExecStart=\"/opt/my rig/100%%/$$x/rigshift\" run\n"));
    }

    [Test]
    [Platform("Linux")]
    public void Compose_Relocated_MayWriteThere()
    {
        var unit = UnitFile.Compose("/opt/rigshift/rigshift", PathChooser.Choose("/srv/rig 1", null), relocated: true, ownConfig: false);

        Assert.That(unit, Does.Contain("--state-dir \"/srv/rig 1\" run").And.Contain("ReadWritePaths=/tmp /var/tmp \"/srv/rig 1\""));
    }

    [TestCase("KillMode=process")] // running attempts outlive the agent
    [TestCase("OOMPolicy=continue")] // a job out of memory must not take the agent with it
    [TestCase("Restart=always")] // a rig comes back by itself
    [TestCase("StartLimitIntervalSec=0")] // and never gives up
    [TestCase("Type=notify")] // started means ready
    [TestCase("WatchdogSec=60")] // a stuck loop is replaced
    public void Compose_Unit_KeepsItsPromises(string line) =>
        Assert.That(UnitFile.Compose("/r", PathChooser.Choose(null, null), relocated: false, ownConfig: false).Split('\n'), Does.Contain(line));

    [TestCase("PrivateTmp")]
    [TestCase("PrivateDevices")]
    [TestCase("MemoryDenyWriteExecute")]
    public void Compose_Unit_LeavesOutWhatBreaksJobsOrGpus(string directive) =>
        Assert.That(UnitFile.Resource("rigshift.service").Split('\n').Where(l => l.StartsWith(directive, StringComparison.Ordinal)), Is.Empty);
}
