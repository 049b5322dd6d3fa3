using System.CommandLine;
using Grpc.Core;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Commands;

/// <summary><c>logs JOB</c></summary>
internal static class LogsCommand
{
    // Between two looks for a job that has not started yet.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    public static Command Create(Screen screen, TimeProvider time)
    {
        var command = new Command("logs", "Show what a job printed");
        var job = JobsCommand.JobArgument();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on until the job has ended" };
        var attempt = new Option<uint>("--attempt") { Description = "Which attempt; the newest without it", HelpName = "N" };
        var stdout = new Option<bool>("--stdout") { Description = "Standard output only" };
        var stderr = new Option<bool>("--stderr") { Description = "Standard error only" };
        var raw = new Option<bool>("--raw") { Description = "The bytes as the job wrote them, control characters included; not for a terminal" };
        var connect = new OperatorOptions();
        command.Add(job);
        command.Add(follow);
        command.Add(attempt);
        command.Add(stdout);
        command.Add(stderr);
        command.Add(raw);
        connect.AddTo(command);
        command.SetAction((parse, cancellation) => CommandRunner.RunAsync(screen, async () =>
        {
            using var connection = connect.Connect(parse);
            var only = (parse.GetValue(stdout), parse.GetValue(stderr)) switch
            {
                (true, false) => LogStream.Stdout,
                (false, true) => LogStream.Stderr,
                _ => LogStream.Unspecified,
            };
            var found = await JobsCommand.FindAsync(connection, parse.GetRequiredValue(job), cancellation);
            var number = parse.GetValue(attempt);
            if (number > found.Attempts.Count)
            {
                throw new CommandException(ExitCode.BadUsage, $"Job {Wording.ShortId(found.JobId)} has {found.Attempts.Count} attempts so far, not {number}.");
            }

            var run = new LogsRun(connection, screen, time, only, parse.GetValue(raw));
            try
            {
                return await run.ShowAsync(found, number, parse.GetValue(follow), cancellation);
            }
            catch (Exception) when (cancellation.IsCancellationRequested && !Wording.HasEnded(found)) // Ctrl-C ends the reading, not the job.
            {
                screen.ErrorLine($"Job {Wording.ShortId(found.JobId)} goes on. Read on: rigshift-coordinator logs -f {Wording.ShortId(found.JobId)}");
                return ExitCode.Interrupted;
            }
        }));
        return command;
    }

    private sealed class LogsRun(OperatorConnection connection, Screen screen, TimeProvider time, LogStream only, bool raw)
    {
        public async Task<int> ShowAsync(Job job, uint number, bool follow, CancellationToken cancellation)
        {
            if (job.Attempts.Count == 0 && !follow)
            {
                screen.ErrorLine(Wording.HasEnded(job)
                    ? $"Job {Wording.ShortId(job.JobId)} ended before it started, so it has no log."
                    : $"Job {Wording.ShortId(job.JobId)} has not started, so it has no log yet. Wait for it: rigshift-coordinator logs -f {Wording.ShortId(job.JobId)}");
                return ExitCode.Ok;
            }

            var next = number > 0 ? number : (uint)Math.Max(1, job.Attempts.Count);
            while (true)
            {
                job = await WaitForAsync(job, next, follow, cancellation);
                if (job.Attempts.Count >= next)
                {
                    await ReadAsync(job.JobId, next, follow, cancellation);
                }

                job = follow ? await JobsCommand.FindAsync(connection, job.JobId, cancellation) : job;
                if (!follow || number > 0 || (Wording.HasEnded(job) && job.Attempts.Count <= next))
                {
                    return ExitCode.Ok;
                }

                // The attempt has ended and the job has not: another attempt follows.
                next = (uint)Math.Max(next + 1, job.Attempts.Count);
            }
        }

        private async Task<Job> WaitForAsync(Job job, uint number, bool follow, CancellationToken cancellation)
        {
            while (follow && job.Attempts.Count < number && !Wording.HasEnded(job))
            {
                await Task.Delay(LookEvery, time, cancellation);
                job = await JobsCommand.FindAsync(connection, job.JobId, cancellation);
            }

            return job;
        }

        private async Task ReadAsync(string jobId, uint number, bool follow, CancellationToken cancellation)
        {
            var reader = new LogReader(connection, jobId, number, only);
            if (raw)
            {
                await using var output = Console.OpenStandardOutput();
                await reader.ReadRawAsync(follow, output, cancellation);
                return;
            }

            while (true)
            {
                try
                {
                    await reader.ReadAsync(follow, (line, stream) => screen.Line(line, stream is LogStream.Stderr ? Tone.Warn : Tone.Plain), cancellation);
                    return;
                }
                catch (RpcException fault) when (follow && fault.StatusCode is StatusCode.Unavailable && !cancellation.IsCancellationRequested)
                {
                    // The coordinator restarts: go on where the log was. Ctrl-C ends it.
                }

                await Task.Delay(LookEvery, time, cancellation);
            }
        }
    }
}
