using Rigshift.Protocol.V1;
using Rigshift.Rules;
using Rigshift.Scenarios.Harness;

namespace Rigshift.Scenarios.Dispatch;

[TestFixture]
internal sealed class JobsThatNoRigCanTakeTests : Scenario
{
    [Test]
    [CancelAfter(240_000)]
    public async Task Jobs_with_a_GPU_wait_with_the_reason_in_words_and_others_pass_them()
    {
        var farm = await FarmAsync();
        await farm.AddRigAsync();
        var jobs = new List<string>();
        for (var i = 0; i < 2; i++)
        {
            var spec = Wish.Shell(farm, "echo gpu >> $MARKS/gpu");
            spec.Resources.Gpus = 1;
            jobs.Add(await farm.Client.SubmitAsync(spec));
        }

        foreach (var job in jobs)
        {
            var waiting = await farm.JobAsync(job, found => found.Reason.Length > 0, "the reason for which it waits");
            using (Assert.EnterMultipleScope())
            {
                Assert.That(waiting.State, Is.EqualTo(JobState.Pending));
                Assert.That(waiting.Reason, Is.EqualTo(Reason.NoRigFits));
                Assert.That(waiting.Detail, Does.Contain("GPU"));
            }
        }

        var small = await farm.EndedAsync(await farm.Client.SubmitAsync(Wish.Shell(farm, "echo cpu >> $MARKS/runs")));
        Assert.That(small.State, Is.EqualTo(JobState.Succeeded), small.ToString);
        var shown = await farm.Coordinator.VerbAsync("jobs", "show", jobs[0]);
        Assert.That(shown.Output, Does.Contain("GPU").IgnoreCase, shown.ToString);
        Assert.That(farm.MarksOf("gpu"), Is.Empty);

        foreach (var job in jobs)
        {
            await farm.Client.CancelAsync(job);
            Assert.That((await farm.EndedAsync(job)).State, Is.EqualTo(JobState.Cancelled));
        }
    }
}
