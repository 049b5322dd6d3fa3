using System.Text;
using Rigshift.Protocol.V1;
using Rigshift.Rules;
using Rigshift.Scenarios.Harness;

namespace Rigshift.Scenarios.Artifacts;

[TestFixture]
internal sealed class BytesThatAreNotTheArtifactTests : Scenario
{
    [Test]
    [CancelAfter(240_000)]
    public async Task Nothing_of_them_is_run_and_the_attempt_says_why()
    {
        var farm = await FarmAsync();
        await farm.AddRigAsync();
        var program = Encoding.ASCII.GetBytes("#!/bin/sh\necho good >> $MARKS/runs\n");
        var artifact = await farm.Client.UploadAsync(program);
        var spec = Wish.Shell(farm, "");
        spec.Process = new ProcessSpec { Command = { "./program.sh" } };
        spec.Inputs.Add(new Input { Path = "program.sh", Artifact = artifact, Executable = true });
        spec.MaxAttempts = 1;

        var kept = Directory.EnumerateFiles(Path.Combine(farm.Coordinator.StateDir, "artifacts"), "*", SearchOption.AllDirectories)
            .Single(file => artifact.Digest.EndsWith(Path.GetFileName(file), StringComparison.Ordinal));
        await File.WriteAllBytesAsync(kept, Encoding.ASCII.GetBytes("#!/bin/sh\necho evil >> $MARKS/runs\n"));
        var job = await farm.EndedAsync(await farm.Client.SubmitAsync(spec));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(job.State, Is.EqualTo(JobState.Failed), job.ToString);
            Assert.That(job.Attempts.Select(attempt => attempt.Reason).Distinct(), Is.EqualTo([Reason.DigestMismatch]).AsCollection);
            Assert.That(farm.MarksOf("runs"), Is.Empty);
        }

        // The rig kept nothing of the bad bytes: with the right ones the same job succeeds.
        await File.WriteAllBytesAsync(kept, program);
        var again = await farm.EndedAsync(await farm.Client.SubmitAsync(spec));
        Assert.That(again.State, Is.EqualTo(JobState.Succeeded), again.ToString);
        Assert.That(farm.MarksOf("runs"), Is.EqualTo(["good"]).AsCollection);
        await Farm.GoneAsync(again);
    }
}
