using Rigshift.Protocol.V1;
using Rigshift.Scenarios.Harness;
using Rigshift.TestKit;

namespace Rigshift.Scenarios.Disks;

[TestFixture]
internal sealed class ADiskThatIsFullTests : Scenario
{
    // What Wish.Shell asks for.
    private const ulong Asked = 16 << 20;

    [Test]
    [CancelAfter(240_000)]
    public async Task What_is_done_is_reported_new_work_waits_and_all_goes_on_when_there_is_room()
    {
        using var disk = SmallDisk.Mount(96);
        var farm = await FarmAsync();
        var rig = await farm.AddRigAsync(stateDir: disk.Root, settings: ("Storage:BallastBytes", $"{8 << 20}"));
        var running = await farm.Client.SubmitAsync(Wish.Shell(farm, """
            echo run >> "$MARKS/runs"
            until [ -e "$MARKS/go" ]; do sleep 0.05; done
            """));
        await farm.RunningAsync(running);

        var filler = disk.Fill();
        farm.Mark("go");
        var done = await farm.EndedAsync(running);
        await farm.RigAsync(rig, status => status?.Offer is { DiskBytes: < Asked }, "the rig to offer what is left of its disk");
        var next = await farm.Client.SubmitAsync(Wish.Shell(farm, "echo next >> $MARKS/next"));
        var waiting = await farm.JobAsync(next, job => job.State is JobState.Pending && job.Detail.Contains("disk", StringComparison.Ordinal), "the disk as the reason for which it waits");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(done.State, Is.EqualTo(JobState.Succeeded), done.ToString);
            Assert.That(done.Attempts, Has.Count.EqualTo(1));
            Assert.That(farm.MarksOf("runs"), Has.Count.EqualTo(1));
            Assert.That(waiting.Attempts, Is.Empty);
            Assert.That(farm.MarksOf("next"), Is.Empty);
            Assert.That(rig.IsRunning, Is.True, "The service stays up.");
        }

        await Farm.GoneAsync(done);
        File.Delete(filler);
        var ended = await farm.EndedAsync(next);
        Assert.That(ended.State, Is.EqualTo(JobState.Succeeded), ended.ToString);
        Assert.That(farm.MarksOf("next"), Has.Count.EqualTo(1));
        await Farm.GoneAsync(ended);
    }
}
