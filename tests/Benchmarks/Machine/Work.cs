using Rigshift.Protocol.V1;
using Rigshift.TestKit;

namespace Rigshift.Benchmarks.Machine;

/// <summary>Jobs for the benchmarks, and what became of them.</summary>
internal static class Work
{
    // Late enough to keep out of the way of a dispatch, soon enough not to draw a run of hundreds out.
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(40);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>A program of the rig's, with so little of everything that only the places limit how many run at once.</summary>
    public static SubmitRequest Program(IEnumerable<string> command, ulong diskBytes = 1 << 20)
    {
        var spec = new JobSpec
        {
            Name = "bench",
            Process = new ProcessSpec(),
            Resources = new Resources { CpuMillis = 10, MemoryBytes = 1 << 20, DiskBytes = diskBytes },
        };
        spec.Process.Command.AddRange(command);
        return new SubmitRequest { Spec = spec };
    }

    public static bool HasEnded(Job job) => job.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled or JobState.Quarantined;

    /// <exception cref="InvalidOperationException">It did not succeed, or not at the first attempt: the figure would be of something else.</exception>
    public static async Task<Job> EndAsync(Operator @operator, string jobId)
    {
        await Task.Delay(FirstLook);
        var job = await Eventually.ValueAsync(async () => await @operator.Jobs.GetAsync(new GetJobRequest { JobId = jobId }), HasEnded, Patience, $"job {jobId}");
        Check(job);
        return job;
    }

    public static void Check(Job job)
    {
        if (job.State != JobState.Succeeded || job.Attempts.Count != 1)
        {
            throw new InvalidOperationException($"Job {job.JobId} is {job.State}: {job.Reason} {job.Detail} {string.Join("; ", job.Attempts.Select(attempt => $"attempt {attempt.AttemptNo} {attempt.Outcome} {attempt.Reason} {attempt.Detail}"))}");
        }
    }

    /// <summary>All that the job printed.</summary>
    public static async Task<string> LogAsync(Operator @operator, string jobId)
    {
        using var call = @operator.Jobs.ReadLogs(new ReadLogsRequest { JobId = jobId, Follow = true, Stream = LogStream.Stdout });
        using var text = new MemoryStream();
        while (await call.ResponseStream.MoveNext(CancellationToken.None))
        {
            call.ResponseStream.Current.Data.WriteTo(text);
        }

        return System.Text.Encoding.UTF8.GetString(text.ToArray());
    }
}
