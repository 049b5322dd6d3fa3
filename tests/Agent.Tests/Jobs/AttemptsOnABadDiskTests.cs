using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Jobs;

/// <summary>What the owner's disk, or a job in its own directories, can do to the agent.</summary>
[TestFixture]
internal sealed class AttemptsOnABadDiskTests
{
    private const int Limit = 20_000;

    [Test, CancelAfter(Limit)]
    public async Task Cancel_WithTheDiskFull_StopsTheProgramAtOnce()
    {
        await using var rig = new Rigged();
        await RunningAsync(rig);
        rig.RefusedWrites = int.MaxValue;

        await rig.Attempts.CancelAsync(Rigged.Id(), Fence.Create(7, 1), "");
        await TestKit.Eventually.TrueAsync(() => rig.Count("stop") == 1, TimeSpan.FromSeconds(10), "the program to be stopped");
        Assert.That(rig.Stored[Rigged.Id()].State, Is.EqualTo(AttemptState.Running), "the disk has refused everything");

        rig.RefusedWrites = 0;
        await TestKit.Eventually.TrueAsync(
            () =>
            {
                rig.Time.Advance(TimeSpan.FromSeconds(30));
                return rig.Stored[Rigged.Id()].State == AttemptState.Finished;
            },
            TimeSpan.FromSeconds(10),
            "the result on record");
        Assert.That(rig.Stored[Rigged.Id()].Outcome?.Outcome, Is.EqualTo(Outcome.Cancelled));
        Assert.That(rig.Events.Select(e => e.EventNo), Is.Unique);
    }

    [Test, CancelAfter(Limit)]
    public async Task Renewal_WithTheDiskFull_StillKeepsTheProgramAlive()
    {
        await using var rig = new Rigged();
        await RunningAsync(rig);
        rig.RefusedWrites = int.MaxValue;

        rig.Now += Make.Terms.Orphan / 2;
        await rig.ConfirmAsync();
        rig.Now += Make.Terms.Orphan / 2;
        await rig.Attempts.TickAsync();

        Assert.That(rig.Facts, Has.No.Member("stop"));
    }

    [Test, CancelAfter(Limit)]
    public async Task Restart_BeforeTheLogWasSent_GoesOnSendingIt()
    {
        var first = new Rigged();
        await SettledAsync(first);
        await first.Attempts.DisposeAsync();

        await using var second = new Rigged(first);
        Assert.That(second.Attempts.Logs().Select(log => (log.Id, log.Ended)), Is.EqualTo(new[] { (Rigged.Id(), true) }));

        second.Attempts.LogsSent(Rigged.Id());
        await second.Attempts.DisposeAsync();
        await using var third = new Rigged(second);
        Assert.That(third.Attempts.Logs(), Is.Empty);
    }

    [Test, CancelAfter(Limit), Platform("Linux")]
    public async Task Tick_DirectoryThatCannotBeRemoved_DoesNotEndTheAgent()
    {
        await using var rig = new Rigged(keepLogsOf: 0);
        await RunningAsync(rig);
        // .NET cannot name this file, so it cannot remove it either, not even as root.
        var made = await TestKit.ChildProcess.RunAsync("/bin/sh", ["-c", $"touch \"{rig.Paths().Control}/$(printf '\\377')\""]);
        Assert.That(made.ExitCode, Is.Zero, made.ToString());
        await SettledAsync(rig, running: true);
        rig.Attempts.LogsSent(Rigged.Id());

        await Assert.ThatAsync(async () => await rig.Attempts.TickAsync(), Throws.Nothing);
        Assert.That(Directory.Exists(rig.Paths().Root), "or the file could be removed and the test shows nothing");
        await TestKit.ChildProcess.RunAsync("/bin/rm", ["-rf", rig.Paths().Root]);
    }

    private static async Task SettledAsync(Rigged rig, bool running = false)
    {
        if (!running)
        {
            await RunningAsync(rig);
        }

        rig.End();
        await rig.PublishedAsync();
        await rig.Attempts.AckResultAsync(Rigged.Id(), Fence.Create(7, 1), ResultVerdict.Committed, []);
        await TestKit.Eventually.TrueAsync(() => rig.Attempts.Inventory().Count == 0, TimeSpan.FromSeconds(10), "the attempt to be settled");
    }

    private static async Task RunningAsync(Rigged rig)
    {
        await rig.Attempts.AssignAsync(Rigged.Assignment());
        await rig.ConfirmAsync();
        await rig.StateAsync(AttemptState.Running);
    }
}
