using Grpc.Core;
using Rigshift.Coordinator.Commands;
using Rigshift.Coordinator.JobFiles;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Demo;

/// <summary>The sample job: sent, watched until it has ended, cancelled when the demo ends before it.</summary>
internal sealed class DemoJob(OperatorConnection connection, DemoAgent agent, Screen screen, TimeProvider time)
{
    // The job takes seconds; a minute without a sign of life means that something hangs.
    private static readonly TimeSpan StallAfter = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan CheckEvery = TimeSpan.FromMilliseconds(250);

    // On the way out, so that the job's worker ends before its agent.
    private static readonly TimeSpan CancelWithin = TimeSpan.FromSeconds(5);

    private Job? job;

    public async Task SubmitAsync(string file, CancellationToken cancellation)
    {
        var read = JobFileReader.ReadFile(file);
        var local = read.Job ?? throw new CommandException(ExitCode.Failed, string.Join(Environment.NewLine, read.Faults));
        job = await SubmitCommand.SubmitAsync(connection, local, null, screen, time, cancellation);
    }

    /// <summary>The job when it has succeeded.</summary>
    /// <exception cref="CommandException">It failed, or nothing moves any more.</exception>
    public async Task<Job> WatchAsync(CancellationToken cancellation)
    {
        var submitted = job ?? throw new InvalidOperationException("There is no job before SubmitAsync.");
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var lastChange = time.GetTimestamp();
        var watch = new JobWatcher(connection, new StatusLine(screen), time)
            .WatchAsync(submitted.JobId, _ => Interlocked.Exchange(ref lastChange, time.GetTimestamp()), watching.Token);
        try
        {
            while (await Task.WhenAny(watch, Task.Delay(CheckEvery, time, cancellation)) != watch)
            {
                cancellation.ThrowIfCancellationRequested();
                agent.ThrowIfEnded();
                if (time.GetElapsedTime(Interlocked.Read(ref lastChange)) > StallAfter)
                {
                    throw agent.Failure($"The job did not move for {Wording.Span(StallAfter)}.");
                }
            }

            job = await watch;
        }
        finally
        {
            await watching.CancelAsync();
            await Task.WhenAny(watch); // Its own fault is thrown above, or of no interest any more.
        }

        if (job.State is not JobState.Succeeded)
        {
            JobReport.Show(screen, job, time.GetUtcNow());
            throw agent.Failure($"The job did not succeed: {ReasonAdvice.For(job.Reason)}");
        }

        return job;
    }

    /// <summary>Cancels a job that has not ended and waits a little for it.</summary>
    public async Task CancelAsync()
    {
        if (job is null || Wording.HasEnded(job))
        {
            return;
        }

        using var bound = new CancellationTokenSource(CancelWithin, time);
        try
        {
            var after = await connection.Jobs.CancelAsync(new CancelJobRequest { JobId = job.JobId }, cancellationToken: bound.Token);
            while (!Wording.HasEnded(after))
            {
                await Task.Delay(CheckEvery, time, bound.Token);
                after = await connection.Jobs.GetAsync(new GetJobRequest { JobId = job.JobId }, cancellationToken: bound.Token);
            }
        }
        catch (Exception fault) when (fault is RpcException or OperationCanceledException)
        {
            // The agent's process tree is killed next in any case.
        }
    }
}
