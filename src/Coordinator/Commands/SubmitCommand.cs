using System.CommandLine;
using Rigshift.Coordinator.JobFiles;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Commands;

/// <summary><c>submit FILE</c></summary>
internal static class SubmitCommand
{
    // Below this an upload is over before a bar can be read.
    private const ulong ShowProgressAbove = 1024 * 1024;

    public static Command Create(Screen screen, TimeProvider time)
    {
        var command = new Command("submit", "Read a job file, upload what it needs, and send the job");
        var file = new Argument<string>("FILE") { Description = "The job file (docs/jobs.md)" };
        var watch = new Option<bool>("--watch", "-w") { Description = "Show the job live until it has ended; exit 1 when it did not succeed" };
        var request = new Option<string?>("--request-id") { Description = "The same id twice gives the same job, so that a script may try again", HelpName = "ID" };
        var json = new Option<bool>("--json") { Description = "Print the job as JSON; messages go to standard error" };
        var connect = new OperatorOptions();
        command.Add(file);
        command.Add(watch);
        command.Add(request);
        command.Add(json);
        connect.AddTo(command);
        command.SetAction((parse, cancellation) => CommandRunner.RunAsync(screen, async () =>
        {
            var result = JobFileReader.ReadFile(parse.GetRequiredValue(file));
            if (result.Job is not { } local)
            {
                throw new CommandException(ExitCode.BadUsage, string.Join(Environment.NewLine, result.Faults));
            }

            using var connection = connect.Connect(parse);
            var asJson = parse.GetValue(json);
            var people = asJson ? screen.OnError() : screen;
            var job = await SubmitAsync(connection, local, parse.GetValue(request), people, time, cancellation);
            if (parse.GetValue(watch))
            {
                job = await WatchAsync(connection, job, people, time, cancellation);
            }

            if (asJson)
            {
                ViewJson.Write(screen, JobView.From(job), ViewJson.Default.JobView);
            }

            return parse.GetValue(watch) && job.State is not JobState.Succeeded ? ExitCode.Failed : ExitCode.Ok;
        }));
        return command;
    }

    public static async Task<Job> SubmitAsync(
        OperatorConnection connection, JobFile local, string? requestId, Screen people, TimeProvider time, CancellationToken cancellation)
    {
        var spec = local.Spec.Clone();
        var status = new StatusLine(people);
        var upload = new ArtifactUpload(connection.Bulk, time, (done, total) =>
        {
            if (total > ShowProgressAbove)
            {
                status.Show($"  Uploading {ProgressBar.Draw(done, total)} of {Wording.Bytes(total)}");
            }
        });
        var digests = await upload.SendAsync(local.Files, cancellation);
        status.Show("");
        for (var i = 0; i < digests.Count; i++)
        {
            spec.Inputs[i].Artifact.Digest = digests[i].ToString();
        }

        // With an id of its own, a call whose answer is lost can be repeated without making a second job.
        var request = new SubmitRequest { Spec = spec, RequestId = string.IsNullOrEmpty(requestId) ? Guid.CreateVersion7().ToString() : requestId };
        var job = await connection.Jobs.SubmitAsync(request, cancellationToken: cancellation);
        var id = Wording.ShortId(job.JobId);
        people.Line($"Submitted job {id} ({spec.Name}), {local.Files.Count} input files.");
        return job;
    }

    private static async Task<Job> WatchAsync(OperatorConnection connection, Job job, Screen people, TimeProvider time, CancellationToken cancellation)
    {
        try
        {
            var ended = await new JobWatcher(connection, new StatusLine(people), time).WatchAsync(job.JobId, _ => { }, cancellation);
            JobReport.End(people, ended);
            return ended;
        }
        catch (Exception) when (cancellation.IsCancellationRequested) // Ctrl-C ends the watch, not the job.
        {
            var id = Wording.ShortId(job.JobId);
            people.Line();
            people.Line($"Job {id} goes on. Watch it again: rigshift-coordinator logs -f {id}. Stop it: rigshift-coordinator cancel {id}");
            throw new OperationCanceledException(cancellation);
        }
    }
}
