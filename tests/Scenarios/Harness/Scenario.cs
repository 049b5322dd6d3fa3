using Rigshift.Protocol.V1;

namespace Rigshift.Scenarios.Harness;

/// <summary>
/// Real programs, one fault, and what a user sees of it. The farm's logs are shown when it fails; whatever happens, nothing is left.
/// </summary>
[Category("Scenario")]
[Platform(Exclude = "Win", Reason = "Scenarios look at processes through /proc; Windows has its own under Services.")]
internal abstract class Scenario
{
    private readonly List<Farm> farms = [];

    [TearDown]
    public async Task EndAsync()
    {
        foreach (var farm in farms)
        {
            if (TestContext.CurrentContext.Result.Outcome.Status == NUnit.Framework.Interfaces.TestStatus.Failed)
            {
                await TestContext.Out.WriteLineAsync(farm.Dump());
            }

            await farm.DisposeAsync();
        }
    }

    protected async Task<Farm> FarmAsync(params (string Key, string Value)[] settings)
    {
        var farm = await Farm.StartAsync(settings);
        farms.Add(farm);
        return farm;
    }

    /// <summary>One success, one run, a whole log, and nothing left.</summary>
    protected static async Task AssertOneCountAsync(Farm farm, Job job)
    {
        Assert.That(job.State, Is.EqualTo(JobState.Succeeded), job.ToString);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(job.Attempts.Count(attempt => attempt.Outcome == Outcome.Succeeded), Is.EqualTo(1), "outcomes that were committed");
            Assert.That(farm.MarksOf("runs"), Has.Count.EqualTo(1), "times that the program ran");
        }

        await AssertCountedLogAsync(farm, job);
        await Farm.GoneAsync(job);
    }

    /// <summary>Every line of <see cref="Wish.CountUntilGo"/>, once and in order, and the result that goes with them.</summary>
    protected static async Task AssertCountedLogAsync(Farm farm, Job job)
    {
        var log = await farm.Client.LogAsync(job.JobId);
        var result = System.Text.Encoding.UTF8.GetString(await farm.Client.DownloadAsync(job.Outputs.Single().Artifact));
        var count = int.Parse(result, System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(log.Lines, Is.EqualTo([.. Enumerable.Range(1, count).Select(i => $"line {i}"), $"last {count}"]).AsCollection);
    }
}
