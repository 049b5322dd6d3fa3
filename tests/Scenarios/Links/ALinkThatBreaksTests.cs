using Rigshift.Protocol.V1;
using Rigshift.Scenarios.Harness;
using Rigshift.TestKit;

namespace Rigshift.Scenarios.Links;

[TestFixture]
internal sealed class ALinkThatBreaksTests : Scenario
{
    /// <summary>Like <see cref="Wish.CountUntilGo"/>, with an end of its own for each attempt.</summary>
    private const string EachItsOwnGo = """
        echo "$RIGSHIFT_ATTEMPT_ID" >> "$MARKS/runs"
        i=0
        until [ -e "$MARKS/go-$RIGSHIFT_ATTEMPT_ID" ]; do i=$((i+1)); echo "line $i"; sleep 0.05; done
        echo "last $i"
        echo "$i" > "$RIGSHIFT_OUTPUT/count"
        """;

    [Test]
    [CancelAfter(240_000)]
    public async Task Cut_for_less_than_the_lease_the_job_goes_on()
    {
        var farm = await FarmAsync();
        var link = farm.AddLink();
        var rig = await farm.AddRigAsync(link);
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, Wish.CountUntilGo));
        await farm.RunningAsync(job);

        link.Cut();
        await farm.RigAsync(rig, status => status is { Connected: false }, "the coordinator to miss the rig");
        link.Heal();
        await farm.ConnectedAsync(rig);
        farm.Mark("go");

        var ended = await farm.EndedAsync(job);
        Assert.That(ended.Attempts, Has.Count.EqualTo(1));
        await AssertOneCountAsync(farm, ended);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task A_link_that_is_silently_dead_is_found_out_and_the_job_goes_on()
    {
        var farm = await FarmAsync();
        var link = farm.AddLink();
        var rig = await farm.AddRigAsync(link);
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, Wish.CountUntilGo));
        await farm.RunningAsync(job);

        link.Hold();
        await farm.RigAsync(rig, status => status is { Connected: false }, "the coordinator to miss the rig");
        link.Heal();
        await farm.ConnectedAsync(rig);
        farm.Mark("go");

        var ended = await farm.EndedAsync(job);
        Assert.That(ended.Attempts, Has.Count.EqualTo(1));
        await AssertOneCountAsync(farm, ended);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task Cut_for_longer_than_the_lease_another_rig_takes_over_and_the_late_result_is_fenced()
    {
        var farm = await FarmAsync(("Leases:Batch:LeaseSeconds", "6"), ("Leases:Batch:OrphanSeconds", "600"));
        var link = farm.AddLink();
        var first = await farm.AddRigAsync(link);
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, EachItsOwnGo));
        var early = (await farm.RunningAsync(job)).Attempts.Single();
        await farm.AddRigAsync();

        link.Cut();
        var taken = await farm.JobAsync(job, found => found.Attempts is [_, { Phase: AttemptPhase.Running }], "the second rig's attempt");
        var late = taken.Attempts[1];
        farm.Mark("go-" + late.AttemptId);
        var ended = await farm.EndedAsync(job);
        farm.Mark("go-" + early.AttemptId);
        await Eventually.TrueAsync(() => Programs.OfJob(job).Count == 0, Farm.Patience, "the end of the first rig's program");
        link.Heal();
        await farm.ConnectedAsync(first);
        await Farm.SettledAsync(first, early.AttemptId);

        var after = await farm.JobAsync(job, _ => true, "the job");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.State, Is.EqualTo(JobState.Succeeded));
            Assert.That(after.Outputs, Is.EqualTo(ended.Outputs), "What was committed stays.");
            Assert.That(after.Attempts[0].Lost, Is.True);
            Assert.That(after.Attempts[1].Outcome, Is.EqualTo(Outcome.Succeeded));
            Assert.That(farm.MarksOf("runs"), Has.Count.EqualTo(2), "Run twice at most, and committed once.");
            Assert.That(Settlements(farm, early.AttemptId), Is.EqualTo(["Fenced"]).AsCollection);
            Assert.That(Settlements(farm, late.AttemptId), Is.EqualTo(["Committed"]).AsCollection);
        }

        await AssertCountedLogAsync(farm, after);
        await Farm.GoneAsync(after);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task Back_while_another_rig_runs_the_job_the_first_one_is_stopped()
    {
        var farm = await FarmAsync(("Leases:Batch:LeaseSeconds", "6"), ("Leases:Batch:OrphanSeconds", "600"));
        var link = farm.AddLink();
        var first = await farm.AddRigAsync(link);
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, EachItsOwnGo));
        var early = (await farm.RunningAsync(job)).Attempts.Single();
        await farm.AddRigAsync();

        link.Cut();
        var taken = await farm.JobAsync(job, found => found.Attempts is [_, { Phase: AttemptPhase.Running }], "the second rig's attempt");
        link.Heal();
        await Farm.SettledAsync(first, early.AttemptId);
        Assert.That(Programs.Naming(early.AttemptId), Is.Empty, "The first rig's attempt is stopped.");
        farm.Mark("go-" + taken.Attempts[1].AttemptId);

        var ended = await farm.EndedAsync(job);
        Assert.That(ended.Attempts.Count(attempt => attempt.Outcome == Outcome.Succeeded), Is.EqualTo(1));
        await AssertCountedLogAsync(farm, ended);
        await Farm.GoneAsync(ended);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task Cut_for_longer_than_the_lease_with_no_other_rig_the_late_result_is_taken()
    {
        var farm = await FarmAsync(("Leases:Batch:LeaseSeconds", "6"), ("Leases:Batch:OrphanSeconds", "600"));
        var link = farm.AddLink();
        await farm.AddRigAsync(link);
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, Wish.CountUntilGo));
        await farm.RunningAsync(job);

        link.Cut();
        await farm.JobAsync(job, found => found.Attempts is [{ Lost: true }], "the lease to end");
        farm.Mark("go");
        await Eventually.TrueAsync(() => Programs.OfJob(job).Count == 0, Farm.Patience, "the program's end");
        link.Heal();

        var ended = await farm.EndedAsync(job);
        Assert.That(ended.Attempts, Has.Count.EqualTo(1));
        await AssertOneCountAsync(farm, ended);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task An_ack_that_is_lost_on_the_way_settles_with_the_next_session()
    {
        var farm = await FarmAsync();
        var link = farm.AddLink();
        var rig = await farm.AddRigAsync(link);
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, Wish.CountUntilGo.Replace("echo \"$i\" > \"$RIGSHIFT_OUTPUT/count\"", "", StringComparison.Ordinal)));
        var attempt = (await farm.RunningAsync(job)).Attempts.Single();

        link.HoldToRig();
        farm.Mark("go");
        var ended = await farm.EndedAsync(job);
        link.Cut();
        link.Heal();
        await Farm.SettledAsync(rig, attempt.AttemptId);

        var after = await farm.JobAsync(job, _ => true, "the job");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(after.State, Is.EqualTo(JobState.Succeeded));
            Assert.That(after.EndedUnixMs, Is.EqualTo(ended.EndedUnixMs));
            Assert.That(after.Attempts, Has.Count.EqualTo(1));
            Assert.That(farm.MarksOf("runs"), Has.Count.EqualTo(1));
            Assert.That(Settlements(farm, attempt.AttemptId), Is.EqualTo(["Committed", "Duplicate"]).AsCollection);
        }

        Assert.That((await farm.Client.LogAsync(job)).Lines[^1], Does.StartWith("last "));
        await Farm.GoneAsync(after);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task Cut_for_longer_than_an_exclusive_lease_the_rig_stops_the_program_by_itself_before_anybody_else_starts_it()
    {
        var farm = await FarmAsync(("Leases:Exclusive:LeaseSeconds", "20"), ("Leases:Exclusive:OrphanSeconds", "20"));
        var link = farm.AddLink();
        await farm.AddRigAsync(link);
        var spec = Wish.Shell(farm, Wish.CountUntilGo);
        spec.LeaseClass = LeaseClass.Exclusive;
        var job = await farm.Client.SubmitAsync(spec);
        var early = (await farm.RunningAsync(job)).Attempts.Single();
        await farm.AddRigAsync();

        link.Cut();
        await farm.JobAsync(job, found => found.Attempts is [_, { Phase: AttemptPhase.Running }], "the second rig's attempt");
        Assert.That(Programs.Naming(early.AttemptId), Is.Empty, "The first program was over before the second began.");
        farm.Mark("go");
        link.Heal();

        var ended = await farm.EndedAsync(job);
        Assert.That(ended.State, Is.EqualTo(JobState.Succeeded), ended.ToString);
        Assert.That(ended.Attempts.Count(attempt => attempt.Outcome == Outcome.Succeeded), Is.EqualTo(1));
        await AssertCountedLogAsync(farm, ended);
        await Farm.GoneAsync(ended);
    }

    /// <summary>What the coordinator answered to the attempt's results, in order.</summary>
    private static IEnumerable<string> Settlements(Farm farm, string attemptId) =>
        from line in farm.Coordinator.Output.Split('\n')
        where line.Contains("ResultSettled", StringComparison.Ordinal)
        let words = line[line.IndexOf("ResultSettled", StringComparison.Ordinal)..].Split(' ')
        where words[2] == attemptId
        select words[3];
}
