using Grpc.Core;
using Rigshift.Coordinator.Feeds;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Logs;

/// <summary>Sends an attempt's log to a reader, as it is or as it grows.</summary>
internal sealed class LogReply(JobStore jobs, JobLogs logs, TimeProvider time)
{
    /// <summary>How long a reader waits for the rest of a log after its attempt has ended: a rig on a slow link is still sending.</summary>
    private static readonly TimeSpan RestLimit = TimeSpan.FromSeconds(60);

    /// <summary>A lost attempt's log ends when nothing has come for this long.</summary>
    private static readonly TimeSpan LostLimit = TimeSpan.FromSeconds(5);

    /// <param name="jobWatch">Changes of the job.</param>
    /// <param name="watch">Changes of this attempt's log.</param>
    public async Task SendAsync(AttemptRow attempt, ReadLogsRequest request, IServerStreamWriter<JobLogChunk> stream, ChangeWatch jobWatch, ChangeWatch watch, CancellationToken cancellation)
    {
        var cursor = new LogCursor(logs, attempt.Id);
        var jobChange = jobWatch.NextAsync(cancellation);
        var logChange = watch.NextAsync(cancellation);
        while (true)
        {
            // Asked before the log is read: what arrives in between is told by the watch.
            var complete = IsComplete(attempt.Id, out var limit);
            foreach (var (frame, data) in cursor.Next())
            {
                if (request.Stream is LogStream.Unspecified || request.Stream == frame.Stream)
                {
                    var chunk = new JobLogChunk { Stream = frame.Stream, Offset = frame.Offset, Data = data, DroppedBytes = frame.Dropped, AttemptNo = (uint)attempt.AttemptNo };
                    await stream.WriteAsync(chunk, cancellation);
                }
            }

            if (complete || !request.Follow)
            {
                return;
            }

            var change = Task.WhenAny(jobChange, logChange);
            if (limit is { } rest && await Task.WhenAny(change, Task.Delay(rest, time, cancellation)) != change)
            {
                return;
            }

            await await change;
            jobChange = jobChange.IsCompleted ? jobWatch.NextAsync(cancellation) : jobChange;
            logChange = logChange.IsCompleted ? watch.NextAsync(cancellation) : logChange;
        }
    }

    /// <param name="limit">Set once the attempt has ended: how long to wait for more.</param>
    private bool IsComplete(Guid attemptId, out TimeSpan? limit)
    {
        limit = null;
        if (jobs.Attempt(attemptId) is not { } attempt)
        {
            return true; // Refused by the rig meanwhile: there never was a log.
        }

        if (attempt.State is AttemptState.Assigned or AttemptState.Held)
        {
            return false;
        }

        if (jobs.Result(attemptId) is not { } result)
        {
            limit = LostLimit;
            return false;
        }

        limit = RestLimit;
        var log = logs.Of(attemptId);
        return IsWhole(log, LogStream.Stdout, result.StdoutBytes) && IsWhole(log, LogStream.Stderr, result.StderrBytes);
    }

    private static bool IsWhole(AttemptLog log, LogStream stream, ulong bytes) => log.HasEnded(stream) || log.NextOf(stream) >= bytes;
}
