using Rigshift.Agent.Runtimes.Shim;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Runtimes;

internal sealed class ControlFilesTests
{
    private static readonly LaunchOrder Order = new(Guid.NewGuid(), "boot", ["/bin/true"], [], "/", 1000, 1 << 20);

    [Test]
    public void WriteExit_ProgramFilledTheDisk_IsOnRecord()
    {
        using var disk = SmallDisk.Mount(megabytes: 1);
        var files = new ControlFiles(disk.Root);
        files.ReserveExit();
        disk.Fill();

        files.WriteExit(new("boot", ExitCode: 0, WallS: 12.5));

        Assert.That(files.ReadExit(), Is.EqualTo(new ExitRecord("boot", ExitCode: 0, WallS: 12.5)));
    }

    [Test]
    public void ReserveExit_ProgramRuns_NoEndIsOnRecord()
    {
        using var home = new TempDirectory();
        var files = new ControlFiles(home.Root);

        files.ReserveExit();

        Assert.That(files.HasExit, Is.False);
    }

    [Test]
    public void ReserveExit_DiskIsFullAlready_DoesNotThrow()
    {
        using var disk = SmallDisk.Mount(megabytes: 1);
        disk.Fill();

        Assert.That(new ControlFiles(disk.Root).ReserveExit, Throws.Nothing);
    }

    [Test]
    public void ForgetOrder_DiskIsFull_NobodyFindsTheOrder()
    {
        using var disk = SmallDisk.Mount(megabytes: 1);
        var files = new ControlFiles(disk.Root);
        files.WriteOrder(Order);
        disk.Fill();

        files.ForgetOrder();

        Assert.That(files.ReadOrder(), Is.Null);
    }
}
