using Grpc.Core;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary>Shows a job live until it has ended: its states, its progress and its log. Outlives restarts of the coordinator.</summary>
internal sealed class JobWatcher(OperatorConnection connection, StatusLine status, TimeProvider time)
{
    // The coordinator restarts in seconds; an operator who updates it needs minutes.
    private static readonly TimeSpan GiveUpAfter = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);

    // The last log lines follow a result within a moment, or never when the rig is gone.
    private static readonly TimeSpan LogGrace = TimeSpan.FromSeconds(10);

    private readonly Dictionary<string, Task> logs = [];
    private string lastState = "";

    /// <summary>The job as it ended.</summary>
    public async Task<Job> WatchAsync(string jobId, Action<Job> changed, CancellationToken cancellation)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            var job = await FollowAsync(jobId, changed, reading.Token, cancellation);
            await Task.WhenAny(Task.WhenAll(logs.Values), Task.Delay(LogGrace, time, cancellation));
            cancellation.ThrowIfCancellationRequested();
            return job;
        }
        finally
        {
            status.Show("");
            await reading.CancelAsync();
        }
    }

    private async Task<Job> FollowAsync(string jobId, Action<Job> changed, CancellationToken reading, CancellationToken cancellation)
    {
        var lastHeard = time.GetTimestamp();
        while (true)
        {
            try
            {
                using var call = connection.Jobs.Watch(new WatchJobRequest { JobId = jobId }, cancellationToken: cancellation);
                while (await call.ResponseStream.MoveNext(cancellation))
                {
                    lastHeard = time.GetTimestamp();
                    var job = call.ResponseStream.Current;
                    Show(job, reading);
                    changed(job);
                    if (Wording.HasEnded(job))
                    {
                        return job;
                    }
                }
            }
            catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Aborted
                && time.GetElapsedTime(lastHeard) < GiveUpAfter)
            {
                // A restart of the coordinator: the job goes on without it, and so does the watch.
                cancellation.ThrowIfCancellationRequested();
                status.Show("The coordinator is not reachable; trying again …");
            }

            await Task.Delay(RetryEvery, time, cancellation);
        }
    }

    private void Show(Job job, CancellationToken reading)
    {
        var attempt = job.Attempts.Count > 0 ? job.Attempts[^1] : null;
        foreach (var each in job.Attempts.Where(a => a.StartedUnixMs > 0 || a.Phase >= AttemptPhase.Running))
        {
            if (!logs.ContainsKey(each.AttemptId))
            {
                logs.Add(each.AttemptId, FollowLogAsync(job.JobId, each.AttemptNo, reading));
            }
        }

        var state = Describe(job, attempt);
        if (state != lastState)
        {
            lastState = state;
            status.Line(state, Wording.HasEnded(job) ? Wording.ToneOf(job.State) : Tone.Dim);
        }

        status.Show(Wording.HasEnded(job) ? "" : Live(job, attempt));
    }

    private static string Describe(Job job, Attempt? attempt)
    {
        var where = attempt is null ? "" : $" on {SafeText.ForMessage(attempt.RigName)}, attempt {attempt.AttemptNo}";
        return job.State switch
        {
            _ when job.CancelRequested && !Wording.HasEnded(job) => "Cancelling …",
            JobState.Pending => job.Reason.Length == 0 ? "Waiting for a rig." : $"Waiting: {ReasonAdvice.For(job.Reason)}",
            JobState.Assigned => $"Assigned{where}.",
            JobState.Running => attempt?.Phase switch
            {
                AttemptPhase.Accepted => $"Accepted{where}.",
                AttemptPhase.Preparing => $"Fetching inputs{where}.",
                AttemptPhase.Running => $"Running{where}.",
                AttemptPhase.Stopping or AttemptPhase.Finished => $"Collecting outputs{where}.",
                _ => $"Starting{where}.",
            },
            _ => $"Job {Wording.ShortId(job.JobId)} {Wording.Name(job.State)}{where}.",
        };
    }

    private static string Live(Job job, Attempt? attempt)
    {
        if (attempt is { ProgressTotal: > 0 } && job.State is JobState.Running)
        {
            return $"  {ProgressBar.Draw(attempt.ProgressDone, attempt.ProgressTotal)}  {Wording.Progress(attempt)}";
        }

        return $"  {Wording.State(job)} … {Wording.Progress(attempt)}";
    }

    private async Task FollowLogAsync(string jobId, uint attempt, CancellationToken cancellation)
    {
        var reader = new LogReader(connection, jobId, attempt, LogStream.Unspecified);
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                await reader.ReadAsync(follow: true, (line, stream) => status.Line($"  | {line}", stream is LogStream.Stderr ? Tone.Warn : Tone.Plain), cancellation);
                return;
            }
            catch (RpcException) when (cancellation.IsCancellationRequested)
            {
                return; // The job has ended and the grace for its log is over.
            }
            catch (OperationCanceledException)
            {
                return; // The same.
            }
            catch (RpcException fault) when (fault.StatusCode is not (StatusCode.Unavailable or StatusCode.Internal or StatusCode.Aborted))
            {
                status.Line($"  The log cannot be read: {SafeText.ForMessage(fault.Status.Detail)}", Tone.Warn);
                return;
            }
            catch (RpcException)
            {
                // The coordinator restarts: go on where the log was.
            }

            try
            {
                await Task.Delay(RetryEvery, time, cancellation);
            }
            catch (OperationCanceledException)
            {
                return; // Nobody watches any more.
            }
        }
    }
}
