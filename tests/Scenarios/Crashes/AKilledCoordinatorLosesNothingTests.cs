using Rigshift.Protocol.V1;
using Rigshift.Scenarios.Harness;
using Rigshift.TestKit;

namespace Rigshift.Scenarios.Crashes;

[TestFixture]
internal sealed class AKilledCoordinatorLosesNothingTests : Scenario
{
    [Test]
    [CancelAfter(240_000)]
    public async Task Killed_before_the_rig_has_answered_the_assignment()
    {
        var farm = await FarmAsync();
        var rig = await farm.AddRigAsync();
        rig.Freeze();
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, Wish.CountUntilGo));
        await farm.JobAsync(job, found => found.State is JobState.Assigned, "the assignment");

        await farm.Coordinator.KillAsync();
        rig.Thaw();
        await farm.Coordinator.StartAsync();
        await farm.RunningAsync(job);
        farm.Mark("go");

        await AssertOneCountAsync(farm, await farm.EndedAsync(job));
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task Killed_while_the_program_runs()
    {
        var farm = await FarmAsync();
        await farm.AddRigAsync();
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, Wish.CountUntilGo));
        await farm.RunningAsync(job);

        await farm.Coordinator.KillAsync();
        await farm.Coordinator.StartAsync();
        farm.Mark("go");

        var ended = await farm.EndedAsync(job);
        Assert.That(ended.Attempts, Has.Count.EqualTo(1));
        await AssertOneCountAsync(farm, ended);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task Killed_when_the_program_has_just_ended()
    {
        var farm = await FarmAsync();
        await farm.AddRigAsync();
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, Wish.CountUntilGo));
        await farm.RunningAsync(job);

        farm.Mark("go");
        await Eventually.TrueAsync(() => Programs.OfJob(job).Count == 0, Farm.Patience, "the program's end");
        await farm.Coordinator.KillAsync();
        await farm.Coordinator.StartAsync();

        var ended = await farm.EndedAsync(job);
        Assert.That(ended.Attempts, Has.Count.EqualTo(1));
        await AssertOneCountAsync(farm, ended);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task Away_while_the_program_ends()
    {
        var farm = await FarmAsync();
        await farm.AddRigAsync();
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, Wish.CountUntilGo));
        await farm.RunningAsync(job);

        await farm.Coordinator.KillAsync();
        farm.Mark("go");
        await Eventually.TrueAsync(() => Programs.OfJob(job).Count == 0, Farm.Patience, "the program's end");
        await farm.Coordinator.StartAsync();

        var ended = await farm.EndedAsync(job);
        Assert.That(ended.Attempts, Has.Count.EqualTo(1));
        await AssertOneCountAsync(farm, ended);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task Both_sides_killed_at_once()
    {
        var farm = await FarmAsync();
        var rig = await farm.AddRigAsync();
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, Wish.CountUntilGo));
        await farm.RunningAsync(job);

        await Task.WhenAll(rig.KillAsync(), farm.Coordinator.KillAsync());
        rig.Start();
        await farm.Coordinator.StartAsync();
        await farm.RigAsync(rig, status => status is { Connected: true, AgentEpoch: 2 }, "the rig's return");
        farm.Mark("go");

        var ended = await farm.EndedAsync(job);
        Assert.That(ended.Attempts, Has.Count.EqualTo(1));
        await AssertOneCountAsync(farm, ended);
    }
}
