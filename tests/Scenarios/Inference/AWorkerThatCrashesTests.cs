using System.Diagnostics;
using System.Text.Json.Nodes;
using Rigshift.Protocol.V1;
using Rigshift.Rules;
using Rigshift.Scenarios.Harness;
using Rigshift.TestKit;

namespace Rigshift.Scenarios.Inference;

[TestFixture]
internal sealed class AWorkerThatCrashesTests : Scenario
{
    private const int Images = 200;

    [Test]
    [CancelAfter(240_000)]
    public async Task Costs_one_attempt_and_nothing_else()
    {
        var farm = await FarmAsync();
        var rig = await farm.AddRigAsync();
        var neighbour = await farm.Client.SubmitAsync(Wish.Shell(farm, Wish.CountUntilGo));
        await farm.RunningAsync(neighbour);
        var sent = await farm.Coordinator.VerbAsync("submit", Path.Combine(Binaries.RepositoryRoot, "samples", "digits", "job.yaml"), "--json");
        Assert.That(sent.ExitCode, Is.Zero, sent.ToString);
        var job = JsonNode.Parse(sent.Output)!["jobId"]!.GetValue<string>(); // Its documented field.

        var worker = await Eventually.ValueAsync(() => Task.FromResult(Worker(job)), pid => pid != 0, Farm.Patience, "the worker");
        using (var process = Process.GetProcessById(worker))
        {
            process.Kill();
        }

        var ended = await farm.EndedAsync(job);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ended.State, Is.EqualTo(JobState.Succeeded), ended.ToString);
            Assert.That(ended.Attempts, Has.Count.EqualTo(2));
            Assert.That(ended.Attempts[0].Reason, Is.EqualTo(Reason.WorkerCrashed));
            Assert.That(rig.IsRunning, Is.True);
        }

        var predictions = System.Text.Encoding.UTF8.GetString(await farm.Client.DownloadAsync(ended.Outputs.Single(output => output.Path == "predictions.csv").Artifact));
        Assert.That(predictions.Split('\n', StringSplitOptions.RemoveEmptyEntries), Has.Length.EqualTo(Images + 1), "One line for each image, and the head.");
        await Farm.GoneAsync(ended);

        farm.Mark("go");
        await AssertOneCountAsync(farm, await farm.EndedAsync(neighbour));
    }

    private static int Worker(string job) => Programs.OfJob(job).FirstOrDefault(pid => Programs.CommandLine(pid).Contains("onnx-worker", StringComparison.Ordinal));
}
