using Rigshift.Agent.Hosting.Configuration;

namespace Rigshift.Agent.Tests.Hosting;

internal sealed class PathChooserTests
{
    [Test]
    public void Choose_StateDir_RelocatesEverything()
    {
        var root = Path.GetFullPath("rig-7");

        var paths = PathChooser.Choose("rig-7", null);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(paths.StateDir, Is.EqualTo(root));
            Assert.That(paths.LogDir, Does.StartWith(root));
            Assert.That(paths.ConfigFile, Is.EqualTo(Path.Combine(root, "agent.json")));
        }
    }

    [Test]
    public void Choose_TwoStateDirs_DoNotShareAnEndpoint() =>
        Assert.That(PathChooser.Choose("rig-7", null).ControlEndpoint, Is.Not.EqualTo(PathChooser.Choose("rig-8", null).ControlEndpoint));

    [Test]
    [Platform("Linux")]
    public void Choose_NoStateDir_IsWhereLinuxKeepsSuchThings()
    {
        var paths = PathChooser.Choose(null, null);

        Assert.That(
            (paths.StateDir, paths.LogDir, paths.ConfigFile, paths.ControlEndpoint),
            Is.EqualTo(("/var/lib/rigshift", "/var/log/rigshift", "/etc/rigshift/agent.json", "/run/rigshift/agent.sock")));
    }

    [Test]
    [Platform("Linux")]
    public void Fault_SocketPathTooLong_NamesTheRemedy()
    {
        var paths = PathChooser.Choose("/tmp/" + new string('x', 120), null);

        Assert.That(PathChooser.Fault(paths), Does.Contain("allows 107").And.Contain("--state-dir"));
    }
}
