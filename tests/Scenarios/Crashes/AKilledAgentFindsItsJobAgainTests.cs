using Rigshift.Protocol.V1;
using Rigshift.Scenarios.Harness;
using Rigshift.TestKit;

namespace Rigshift.Scenarios.Crashes;

[TestFixture]
internal sealed class AKilledAgentFindsItsJobAgainTests : Scenario
{
    [Test]
    [CancelAfter(240_000)]
    public async Task The_job_runs_on_and_what_it_printed_meanwhile_is_in_the_log()
    {
        var farm = await FarmAsync();
        var rig = await farm.AddRigAsync();
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, Wish.CountUntilGo));
        var before = (await farm.RunningAsync(job)).Attempts.Single();
        var program = Programs.OfJob(job);

        await Eventually.TrueAsync(() => Printed(rig, before) > 0, Farm.Patience, "the first lines");
        await rig.KillAsync();
        var printed = Printed(rig, before);
        await Eventually.TrueAsync(() => Printed(rig, before) > printed, Farm.Patience, "lines that the job prints while the agent is dead");
        rig.Start();
        await farm.RigAsync(rig, status => status is { Connected: true, AgentEpoch: 2 }, "the second start's session");
        Assert.That(Programs.OfJob(job), Is.SupersetOf(program.Take(1)), "The same process goes on.");
        farm.Mark("go");

        var ended = await farm.EndedAsync(job);
        Assert.That(ended.Attempts.Select(attempt => attempt.AttemptId), Is.EqualTo([before.AttemptId]).AsCollection);
        await AssertOneCountAsync(farm, ended);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task A_job_that_ends_while_the_agent_is_dead_is_reported_when_it_is_back()
    {
        var farm = await FarmAsync();
        var rig = await farm.AddRigAsync();
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, Wish.CountUntilGo));
        await farm.RunningAsync(job);

        await rig.KillAsync();
        farm.Mark("go");
        await Eventually.TrueAsync(() => Programs.OfJob(job).Count == 0, Farm.Patience, "the program's end");
        rig.Start();

        var ended = await farm.EndedAsync(job);
        Assert.That(ended.Attempts, Has.Count.EqualTo(1));
        await AssertOneCountAsync(farm, ended);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task A_journal_that_is_damaged_meanwhile_costs_neither_the_job_nor_the_service()
    {
        var farm = await FarmAsync();
        var rig = await farm.AddRigAsync();
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, Wish.CountUntilGo));
        await farm.RunningAsync(job);

        await rig.KillAsync();
        File.Delete(Path.Combine(rig.StateDir, "journal.db-wal"));
        await File.WriteAllBytesAsync(Path.Combine(rig.StateDir, "journal.db"), [.. Enumerable.Repeat((byte)0xA5, 65_536)]);
        rig.Start();
        await farm.ConnectedAsync(rig);
        farm.Mark("go");

        var ended = await farm.EndedAsync(job);
        Assert.That(ended.Attempts, Has.Count.EqualTo(1));
        await AssertOneCountAsync(farm, ended);
        Assert.That(Directory.EnumerateFiles(rig.StateDir, "journal.corrupt-*"), Is.Not.Empty, "The damaged journal is kept aside.");
    }

    private static long Printed(Rig rig, Attempt attempt)
    {
        var segments = new DirectoryInfo(Path.Combine(rig.AttemptDirectory(attempt.AttemptId), "control", "stdout"));
        return segments.Exists ? segments.EnumerateFiles().Sum(file => file.Length) : 0;
    }
}
