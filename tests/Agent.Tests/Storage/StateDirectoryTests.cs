using System.Diagnostics;
using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Abstractions;
using Rigshift.Agent.Interop.Linux;
using Rigshift.Agent.Storage;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Storage;

internal sealed class StateDirectoryTests
{
    private readonly TempDirectory directory = new();

    [TearDown]
    public void TearDown() => directory.Dispose();

    [Test]
    [Platform("Linux")]
    [SupportedOSPlatform("linux")]
    public void Open_NewDirectory_IsTheOwnersAlone()
    {
        var state = StateDirectory.Open(directory.File("new/state"));
        Assert.That(
            new[] { state.Root, state.Identity, state.Attempts, state.Artifacts }.Select(path => File.GetUnixFileMode(path)),
            Is.All.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute));
    }

    [Test]
    public void Open_PathIsAFile_NamesItAndTheRemedy()
    {
        var path = directory.File("file");
        File.WriteAllText(path, "");

        var fault = Assert.Throws<JournalException>(() => StateDirectory.Open(path));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault.Reason, Is.EqualTo(Reason.DiskError));
            Assert.That(fault.Message, Does.Contain(path).And.Contain("--state-dir"));
        }
    }

    [Test]
    [Platform("Linux")]
    [SupportedOSPlatform("linux")]
    public void AtomicWrite_OverAFileThatAllMayRead_ReplacesItWithAPrivateOne()
    {
        var path = directory.File("key");
        File.WriteAllText(path, "old and longer");
        AtomicFile.Write(path, "new"u8);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(File.ReadAllText(path), Is.EqualTo("new"));
            Assert.That(File.GetUnixFileMode(path), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
            Assert.That(Directory.GetFiles(directory.Root), Has.Length.EqualTo(1));
        }
    }

    [Test]
    public void Acquire_Twice_NamesTheHolderAndTheRemedy()
    {
        var state = StateDirectory.Open(directory.Root);
        using var first = InstanceLock.Acquire(state);

        var fault = Assert.Throws<InstanceHeldException>(() => InstanceLock.Acquire(state));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault.Pid, Is.EqualTo(Environment.ProcessId));
            Assert.That(fault.Message, Does.Contain(directory.Root).And.Contain("--state-dir"));
        }
    }

    [Test]
    [Platform("Linux")]
    [SupportedOSPlatform("linux")]
    public void Acquire_HolderWasKilled_IsFreeAtOnce()
    {
        var state = StateDirectory.Open(directory.Root);
        InstanceLock.Acquire(state).Dispose();
        using var holder = Process.Start(new ProcessStartInfo("flock", ["-x", state.Lock, "-c", "echo held; exec sleep 60"]) { RedirectStandardOutput = true })!; // Starts or throws.
        holder.StandardOutput.ReadLine();
        Assert.That(() => InstanceLock.Acquire(state), Throws.InstanceOf<InstanceHeldException>());
        holder.Kill(entireProcessTree: true);
        holder.WaitForExit();

        Assert.That(() => InstanceLock.Acquire(state).Dispose(), Throws.Nothing.After(5_000, 20));
    }

    [Test]
    [Platform("Linux")]
    [SupportedOSPlatform("linux")]
    public void Fill_EnoughRoom_TakesRealBlocksAndReleaseGivesThemBack()
    {
        var state = StateDirectory.Open(directory.Root);
        var ballast = Ballast(state, bytes: 3_000_000);
        ballast.Fill();
        ballast.Fill();
        var facts = UnixFile.Stat(state.Ballast);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(facts!.Value.AllocatedBytes, Is.GreaterThanOrEqualTo(3_000_000)); // The file is there: Stat answers.
            Assert.That(ballast.Release(), Is.True);
            Assert.That(ballast.Release(), Is.False);
            Assert.That(File.Exists(state.Ballast), Is.False);
        }
    }

    [Test]
    public void Fill_SmallDisk_LeavesItAlone()
    {
        using var disk = SmallDisk.Mount(megabytes: 4);
        var state = StateDirectory.Open(disk.Root);
        Ballast(state, bytes: 1 << 20).Fill();

        Assert.That(File.Exists(state.Ballast), Is.False);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task CommitAsync_DiskFull_UsesTheReserveThenSaysWhatToDo()
    {
        using var disk = SmallDisk.Mount(megabytes: 8);
        var options = new StorageOptions { StateDir = disk.Root, BallastBytes = 1 << 20, BallastFreeFactor = 2 };
        await using var journal = JournalSamples.Open(options);
        var filler = disk.Fill();
        var last = JournalSamples.Record();
        await journal.CommitAsync(new JournalEntry { Attempt = last with { State = Model.AttemptState.Finished } });

        // The reserve is gone now; fill what it gave.
        File.Move(filler, filler + "1");
        disk.Fill();
        var fault = await Thrown.ByAsync<JournalException>(async () =>
        {
            for (var i = 0; i < 1000; i++)
            {
                await journal.CommitAsync(new JournalEntry { Attempt = JournalSamples.Record() });
            }
        });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(journal.LoadAttempts().Select(a => a.Id), Does.Contain(last.Id));
            Assert.That(fault.Reason, Is.EqualTo(Reason.DiskFull));
            Assert.That(fault.Message, Does.Contain(disk.Root).And.Contain("Free space"));
        }
    }

    [Test]
    public void Open_FullDisk_NamesDirectoryAndRemedy()
    {
        using var disk = SmallDisk.Mount(megabytes: 1);
        StateDirectory.Open(disk.Root);
        disk.Fill();

        var fault = Assert.Throws<JournalException>(() => JournalSamples.Open(disk.Root));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault.Reason, Is.EqualTo(Reason.DiskFull));
            Assert.That(fault.Message, Does.Contain(disk.Root).And.Contain("Free space"));
        }
    }

    [Test]
    public void Open_ReadOnlyDisk_NamesDirectoryAndRemedyAndMovesNothingAside([Values] bool firstStart)
    {
        using var disk = SmallDisk.Mount(megabytes: 4);
        if (!firstStart)
        {
            JournalSamples.Open(disk.Root).Dispose();
        }

        disk.MakeReadOnly();
        var fault = Assert.Throws<JournalException>(() =>
        {
            using var held = InstanceLock.Acquire(StateDirectory.Open(disk.Root));
            JournalSamples.Open(disk.Root).Dispose();
        });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault.Reason, Is.EqualTo(Reason.DiskError));
            Assert.That(fault.Message, Does.Contain(disk.Root).And.Contain("read-only"));
            Assert.That(File.Exists(Path.Combine(disk.Root, "journal.db")), Is.EqualTo(!firstStart));
        }
    }

    [Test]
    public void Open_FullDiskWithReserve_StartsOnTheReserve()
    {
        using var disk = SmallDisk.Mount(megabytes: 8);
        var options = new StorageOptions { StateDir = disk.Root, BallastBytes = 1 << 20, BallastFreeFactor = 2 };
        JournalSamples.Open(options).Dispose();
        disk.Fill();

        using var journal = JournalSamples.Open(options);
        Assert.That(journal.AgentEpoch, Is.GreaterThanOrEqualTo(2));
    }

    private static Ballast Ballast(StateDirectory state, long bytes) =>
        new(state, new StorageOptions { StateDir = state.Root, BallastBytes = bytes }, NullLogger<Ballast>.Instance);
}
