using Rigshift.Protocol.V1;
using Rigshift.Scenarios.Harness;
using Rigshift.TestKit;

namespace Rigshift.Scenarios.Clones;

[TestFixture]
internal sealed class ACopyOfARunningRigTests : Scenario
{
    [Test]
    [CancelAfter(240_000)]
    public async Task The_newest_session_wins_nobody_quits_and_each_job_is_committed_once()
    {
        var farm = await FarmAsync();
        var rig = await farm.AddRigAsync();
        var copy = farm.Keep(rig.CloneTo(farm.Place("copy"), FarmSettings.ForRig([])));

        copy.Start();
        await farm.RigAsync(rig, status => status is { Connected: true, AgentEpoch: 2, Offer: not null }, "the copy's session");
        await Eventually.TrueAsync(() => rig.Output.Contains("uperseded", StringComparison.Ordinal), Farm.Patience, "the first one to say that it was superseded");
        var jobs = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            jobs.Add(await farm.Client.SubmitAsync(Wish.Shell(farm, $"echo {i} >> $MARKS/runs")));
        }

        foreach (var job in jobs)
        {
            var ended = await farm.EndedAsync(job);
            Assert.That(ended.State, Is.EqualTo(JobState.Succeeded), ended.ToString);
            await Farm.GoneAsync(ended);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(farm.MarksOf("runs"), Is.EquivalentTo(["0", "1", "2"]));
            Assert.That(rig.IsRunning, Is.True);
            Assert.That(copy.IsRunning, Is.True);
        }
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task A_job_that_ran_when_the_copy_was_made_is_committed_once()
    {
        var farm = await FarmAsync();
        var rig = await farm.AddRigAsync();
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, Wish.CountUntilGo));
        await farm.RunningAsync(job);
        var programs = Programs.OfJob(job);

        var copy = farm.Keep(rig.CloneTo(farm.Place("copy"), FarmSettings.ForRig([])));
        copy.Start();
        await farm.RigAsync(rig, status => status is { Connected: true, AgentEpoch: 2 }, "the copy's session");
        Assert.That(Programs.OfJob(job), Is.SupersetOf(programs.Take(1)), "A copy ends nothing that another agent started.");
        farm.Mark("go");

        var ended = await farm.EndedAsync(job);
        Assert.That(ended.State, Is.EqualTo(JobState.Succeeded), ended.ToString);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ended.Attempts.Count(attempt => attempt.Outcome == Outcome.Succeeded), Is.EqualTo(1));
            Assert.That(farm.MarksOf("runs"), Has.Count.LessThanOrEqualTo(2), "Once per rig at most.");
            Assert.That(rig.IsRunning, Is.True);
            Assert.That(copy.IsRunning, Is.True);
        }

        await Farm.GoneAsync(ended);
    }
}
