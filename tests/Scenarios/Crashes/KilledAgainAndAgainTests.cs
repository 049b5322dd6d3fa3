using Rigshift.Protocol.V1;
using Rigshift.Scenarios.Harness;
using Rigshift.TestKit;

namespace Rigshift.Scenarios.Crashes;

[TestFixture]
internal sealed class KilledAgainAndAgainTests : Scenario
{
    private const int Jobs = 24;
    private const int Rounds = 4;

    [Test]
    [CancelAfter(300_000)]
    public async Task Under_a_stream_of_jobs_each_of_them_runs_once_and_is_committed_once()
    {
        var farm = await FarmAsync();
        var rig = await farm.AddRigAsync(settings: ("Jobs:MaxAttempts", "3"));
        var jobs = new List<string>();
        for (var i = 0; i < Jobs; i++)
        {
            jobs.Add(await farm.Client.SubmitAsync(Wish.Shell(farm, $"echo begin-{i} >> $MARKS/runs; sleep 0.2; echo end-{i} >> $MARKS/runs; echo {i} > $RIGSHIFT_OUTPUT/number")));
        }

        for (var round = 1; round <= Rounds; round++)
        {
            // Each round falls at another point of other jobs' lives.
            var seen = farm.MarksOf("runs").Count;
            await Eventually.TrueAsync(() => farm.MarksOf("runs").Count > seen || seen == 2 * Jobs, Farm.Patience, "some progress");
            await farm.Coordinator.KillAsync();
            if (round % 2 == 0)
            {
                await rig.KillAsync();
                rig.Start();
            }

            await farm.Coordinator.StartAsync();
        }

        foreach (var (job, i) in jobs.Select((job, i) => (job, i)))
        {
            var ended = await farm.EndedAsync(job);
            Assert.That(ended.State, Is.EqualTo(JobState.Succeeded), ended.ToString);
            Assert.That(ended.Attempts.Count(attempt => attempt.Outcome == Outcome.Succeeded), Is.EqualTo(1), ended.ToString);
            Assert.That(await farm.Client.DownloadAsync(ended.Outputs.Single().Artifact), Is.EqualTo(System.Text.Encoding.ASCII.GetBytes($"{i}\n")));
            await Farm.GoneAsync(ended);
        }

        Assert.That(farm.MarksOf("runs"), Is.EquivalentTo(Enumerable.Range(0, Jobs).SelectMany(i => new[] { $"begin-{i}", $"end-{i}" })));
    }
}
