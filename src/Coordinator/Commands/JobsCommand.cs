using System.CommandLine;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Commands;

/// <summary><c>jobs</c> and <c>jobs show JOB</c></summary>
internal static class JobsCommand
{
    // A screenful; --all pages through the rest.
    private const uint Page = 50;

    public static Command Create(Screen screen, TimeProvider time)
    {
        var command = new Command("jobs", "List the newest jobs, or show one");
        var all = new Option<bool>("--all", "-a") { Description = "All of them, not only the newest 50" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var connect = new OperatorOptions();
        command.Add(all);
        command.Add(json);
        connect.AddTo(command);
        command.Add(CreateShow(screen, time));
        command.SetAction((parse, cancellation) => CommandRunner.RunAsync(screen, async () =>
        {
            using var connection = connect.Connect(parse);
            var (jobs, more) = await ListAsync(connection, parse.GetValue(all), cancellation);
            if (parse.GetValue(json))
            {
                ViewJson.Write(screen, [.. jobs.Select(JobView.From)], ViewJson.Default.IReadOnlyListJobView);
                return ExitCode.Ok;
            }

            if (jobs.Count == 0)
            {
                screen.Line("There are no jobs. Send one: rigshift-coordinator submit FILE --watch");
                return ExitCode.Ok;
            }

            JobReport.List(screen, jobs, time.GetUtcNow());
            if (more)
            {
                screen.Line($"These are the newest {jobs.Count}; --all shows the others too.", Tone.Dim);
            }

            return ExitCode.Ok;
        }));
        return command;
    }

    /// <summary>The job that an id or its beginning names.</summary>
    public static async Task<Job> FindAsync(OperatorConnection connection, string id, CancellationToken cancellation) =>
        await connection.Jobs.GetAsync(new GetJobRequest { JobId = id }, cancellationToken: cancellation);

    public static Argument<string> JobArgument() => new("JOB") { Description = "The job's id, or its first characters (4 at least)" };

    private static Command CreateShow(Screen screen, TimeProvider time)
    {
        var command = new Command("show", "Show one job: its attempts, its outputs, what went wrong and what to do");
        var job = JobArgument();
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var connect = new OperatorOptions();
        command.Add(job);
        command.Add(json);
        connect.AddTo(command);
        command.SetAction((parse, cancellation) => CommandRunner.RunAsync(screen, async () =>
        {
            using var connection = connect.Connect(parse);
            var found = await FindAsync(connection, parse.GetRequiredValue(job), cancellation);
            if (parse.GetValue(json))
            {
                ViewJson.Write(screen, JobView.From(found), ViewJson.Default.JobView);
            }
            else
            {
                JobReport.Show(screen, found, time.GetUtcNow());
            }

            return ExitCode.Ok;
        }));
        return command;
    }

    private static async Task<(IReadOnlyList<Job> Jobs, bool More)> ListAsync(OperatorConnection connection, bool all, CancellationToken cancellation)
    {
        var jobs = new List<Job>();
        var token = "";
        do
        {
            var reply = await connection.Jobs.ListAsync(new ListJobsRequest { PageSize = Page, PageToken = token }, cancellationToken: cancellation);
            jobs.AddRange(reply.Jobs);
            token = reply.NextPageToken;
        }
        while (all && token.Length > 0);
        return (jobs, token.Length > 0);
    }
}
