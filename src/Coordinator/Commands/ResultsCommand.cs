using System.CommandLine;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary><c>results JOB --out DIR</c></summary>
internal static class ResultsCommand
{
    public static Command Create(Screen screen)
    {
        var command = new Command("results", "Fetch a job's outputs and check their digests");
        var job = JobsCommand.JobArgument();
        var directory = new Option<string>("--out", "-o") { Description = "Where to write them", Required = true, HelpName = "DIR" };
        var connect = new OperatorOptions();
        command.Add(job);
        command.Add(directory);
        connect.AddTo(command);
        command.SetAction((parse, cancellation) => CommandRunner.RunAsync(screen, async () =>
        {
            using var connection = connect.Connect(parse);
            var found = await JobsCommand.FindAsync(connection, parse.GetRequiredValue(job), cancellation);
            if (found.State is not JobState.Succeeded)
            {
                throw new CommandException(
                    ExitCode.Failed,
                    Wording.HasEnded(found)
                        ? $"Job {Wording.ShortId(found.JobId)} is {Wording.Name(found.State)} and has no outputs: {ReasonAdvice.For(found.Reason)}"
                        : $"Job {Wording.ShortId(found.JobId)} is {Wording.State(found)} and has no outputs yet. Wait for it: rigshift-coordinator logs -f {Wording.ShortId(found.JobId)}");
            }

            await FetchAsync(connection, found, parse.GetRequiredValue(directory), screen, cancellation);
            return ExitCode.Ok;
        }));
        return command;
    }

    public static async Task FetchAsync(OperatorConnection connection, Job job, string directory, Screen screen, CancellationToken cancellation)
    {
        var status = new StatusLine(screen);
        var total = job.Outputs.Aggregate(0UL, (sum, o) => sum + (o.Artifact?.SizeBytes ?? 0));
        ulong done = 0;
        await new OutputDownload(connection.Bulk, directory, bytes => status.Show($"  Fetching {ProgressBar.Draw(done += bytes, total)} of {Wording.Bytes(total)}"))
            .FetchAsync(job.Outputs, cancellation);
        status.Show("");
        screen.Line($"{job.Outputs.Count} files, {Wording.Bytes(total)}, digests verified: {Path.GetFullPath(directory)}");
    }
}
