using Rigshift.Protocol.V1;
using Rigshift.Rules;
using Rigshift.Scenarios.Harness;
using Rigshift.TestKit;

namespace Rigshift.Scenarios.HostileJobs;

[TestFixture]
internal sealed class AJobThatDoesNotBehaveTests : Scenario
{
    [Test]
    [CancelAfter(240_000)]
    public async Task One_that_ignores_SIGTERM_is_gone_soon_after_the_grace()
    {
        var farm = await FarmAsync();
        await farm.AddRigAsync(settings: ("Jobs:StopGraceSeconds", "2"));
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, "trap '' TERM INT HUP; echo up >> $MARKS/up; while :; do sleep 1; done"));
        await farm.MarkedAsync("up");
        await farm.RunningAsync(job);

        await farm.Client.CancelAsync(job);

        var ended = await farm.EndedAsync(job, TimeSpan.FromSeconds(15));
        Assert.That(ended.State, Is.EqualTo(JobState.Cancelled), ended.ToString);
        await Eventually.TrueAsync(() => Programs.OfJob(job).Count == 0, TimeSpan.FromSeconds(15), "the program to be killed");
        await Farm.GoneAsync(ended);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task One_that_leaves_children_and_daemons_leaves_none_after_its_end()
    {
        var farm = await FarmAsync();
        await farm.AddRigAsync();
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, """
            (trap '' TERM HUP; while :; do sleep 1; done) &
            nohup sleep 1000 > /dev/null 2>&1 &
            setsid sh -c "trap '' TERM HUP; while :; do sleep 1; done" > /dev/null 2>&1 &
            (setsid sh -c '(setsid sleep 1000 &) ; sleep 1000' > /dev/null 2>&1 &)
            (setsid env -i /bin/sleep 1000.$$ > /dev/null 2>&1 &)
            echo $$ >> "$MARKS/runs"
            """));

        var ended = await farm.EndedAsync(job);

        Assert.That(ended.State, Is.EqualTo(JobState.Succeeded), ended.ToString);
        await Farm.GoneAsync(ended);
        await Eventually.TrueAsync(() => Programs.Naming("1000." + farm.MarksOf("runs").Single()).Count == 0, Farm.Patience, "the end of the one without a name");
    }

    [Test]
    [CancelAfter(300_000)]
    public async Task One_that_prints_a_gigabyte_succeeds_and_neither_side_keeps_it_all()
    {
        const long Gigabyte = 1_000_000_000;
        const long Kept = 4 << 20;
        var farm = await FarmAsync();
        var rig = await farm.AddRigAsync(settings: ("Runtimes:LogCapBytes", $"{Kept}"));
        var job = await farm.Client.SubmitAsync(Wish.Shell(farm, $"""
            echo first
            yes 'the same forty characters for ever and on' | head -c {Gigabyte}
            echo
            echo final
            echo once >> "$MARKS/runs"
            """));
        var most = 0L;
        await farm.JobAsync(job, found =>
        {
            most = Math.Max(most, SizeOf(rig.StateDir));
            return found.State is JobState.Succeeded or JobState.Failed;
        }, TimeSpan.FromSeconds(180), "the job's end");

        var ended = await farm.EndedAsync(job);
        var log = await farm.Client.LogAsync(job);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ended.State, Is.EqualTo(JobState.Succeeded), ended.ToString);
            Assert.That(log.Lines[0], Is.EqualTo("first"));
            Assert.That(log.Lines[^1], Is.EqualTo("final"));
            Assert.That(log.Length, Is.EqualTo((ulong)Gigabyte + 13), "Every byte is accounted for.");
            Assert.That(log.Dropped, Is.GreaterThan((ulong)Gigabyte - (80UL << 20)), "What the coordinator keeps of it is bounded too.");
            Assert.That(most, Is.LessThan(Kept * 4), "bytes in the rig's state directory");
            Assert.That(SizeOf(Path.Combine(farm.Coordinator.StateDir, "logs")), Is.LessThan(80L << 20), "bytes of logs at the coordinator");
            Assert.That(farm.MarksOf("runs"), Has.Count.EqualTo(1));
        }

        await Farm.GoneAsync(ended);
    }

    [Test]
    [CancelAfter(240_000)]
    public async Task Outputs_that_are_unsafe_links_or_pipes_fail_the_attempt_by_name()
    {
        var farm = await FarmAsync();
        await farm.AddRigAsync();
        (string Script, string Reason, string Names)[] cases =
        [
            ("""touch "$RIGSHIFT_OUTPUT/..\\..\\etc\\passwd" """, Reason.OutputUnsafePath, "passwd"),
            ("""touch "$RIGSHIFT_OUTPUT/C:boot.ini" """, Reason.OutputUnsafePath, "boot.ini"),
            ("""mkdir "$RIGSHIFT_OUTPUT/.. "; touch "$RIGSHIFT_OUTPUT/.. /x" """, Reason.OutputUnsafePath, ".. "),
            ("""ln -s /etc/passwd "$RIGSHIFT_OUTPUT/harmless.txt" """, Reason.OutputLink, "harmless.txt"),
            ("""ln -s /etc "$RIGSHIFT_OUTPUT/directory" """, Reason.OutputLink, "directory"),
            ("""mkfifo "$RIGSHIFT_OUTPUT/pipe" """, Reason.OutputSpecialFile, "pipe"),
            ("""rm -r "$RIGSHIFT_OUTPUT" && ln -s /etc "$RIGSHIFT_OUTPUT" """, Reason.OutputLink, ""),
        ];
        var jobs = new List<string>();
        foreach (var (script, _, _) in cases)
        {
            var spec = Wish.Shell(farm, script + "\n" + "echo run >> $MARKS/runs");
            spec.MaxAttempts = 1;
            jobs.Add(await farm.Client.SubmitAsync(spec));
        }

        for (var i = 0; i < cases.Length; i++)
        {
            var ended = await farm.EndedAsync(jobs[i]);
            using (Assert.EnterMultipleScope())
            {
                Assert.That(ended.State, Is.EqualTo(JobState.Failed), $"{cases[i].Script}: {ended}");
                Assert.That(ended.Attempts[^1].Reason, Is.EqualTo(cases[i].Reason), $"{cases[i].Script}: {ended}");
                Assert.That(ended.Attempts[^1].Detail, Does.Contain(cases[i].Names));
                Assert.That(ended.Outputs, Is.Empty);
            }

            await Farm.GoneAsync(ended);
        }

        Assert.That(Directory.EnumerateFiles(Path.Combine(farm.Coordinator.StateDir, "artifacts"), "*", SearchOption.AllDirectories), Is.Empty, "Nothing of them was sent.");
    }

    private static long SizeOf(string directory)
    {
        try
        {
            return new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.LinkTarget is null).Sum(Length);
        }
        catch (IOException) // A directory went away while it was counted; the next look counts again.
        {
            return 0;
        }
    }

    private static long Length(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (IOException) // A log segment that was dropped meanwhile.
        {
            return 0;
        }
    }
}
