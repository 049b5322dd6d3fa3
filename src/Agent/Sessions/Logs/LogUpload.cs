using Grpc.Core;
using Polly;
using Polly.Timeout;
using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Jobs;
using Rigshift.Agent.Sessions.Transport;
using Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Logs;

/// <summary>Sends one attempt's log until all of it is at the coordinator or nobody wants it.</summary>
internal sealed class LogUpload(LogSource source, BulkConnection bulk, SessionOptions options, ResiliencePipeline calls, TimeProvider time)
{
    /// <summary>How often a log that grows is looked at: a reader who follows it sees lines within half a second.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>A coordinator that does not know the attempt yet, or is away, is asked again after this.</summary>
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly LogCursor[] cursors =
    [
        new(source.Id.ToString(), LogStream.Stdout, source.Paths.Stdout),
        new(source.Id.ToString(), LogStream.Stderr, source.Paths.Stderr),
    ];

    private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long start = time.GetTimestamp();
    private TokenBucket? bucket;
    private TimeSpan pause = FirstPause;

    /// <summary>The program has ended: what is on disk is all.</summary>
    public void ProgramEnded() => ended.TrySetResult();

    public async Task RunAsync(SemaphoreSlim turns, CancellationToken cancellation)
    {
        if (source.Ended)
        {
            ProgramEnded();
        }

        while (!cursors.All(c => c.Done))
        {
            var over = ended.Task.IsCompleted; // Before the disk is looked at.
            var sent = false;
            foreach (var cursor in cursors)
            {
                if (cursor.Next(over) is { } request)
                {
                    sent = true;
                    await SendAsync(cursor, request, turns, cancellation);
                }
            }

            if (!sent && !over)
            {
                await Task.WhenAny(ended.Task, Task.Delay(LookInterval, time, cancellation));
                cancellation.ThrowIfCancellationRequested();
            }
        }
    }

    private async Task SendAsync(LogCursor cursor, AppendLogRequest request, SemaphoreSlim turns, CancellationToken cancellation)
    {
        await ShapeAsync(request.Data.Length, cancellation);
        try
        {
            if (bulk.Channel is { } channel)
            {
                await turns.WaitAsync(cancellation);
                try
                {
                    var client = new RigLogs.RigLogsClient(channel);
                    var reply = await calls.ExecuteAsync(async c => await client.AppendAsync(request, cancellationToken: c), cancellation);
                    cursor.Answered(request, reply);
                    pause = FirstPause;
                    return;
                }
                finally
                {
                    turns.Release();
                }
            }
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.ResourceExhausted or StatusCode.PermissionDenied or StatusCode.InvalidArgument)
        {
            cursor.GiveUp(); // The quota is used, or the log is not wanted from this rig: it stays on the rig.
            return;
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested && e is RpcException or TimeoutRejectedException or ObjectDisposedException)
        {
            // Away, busy, or the attempt is not known there yet: the log is on disk and can wait.
        }

        await Task.Delay(pause * (0.5 + Jitter.Next()), time, cancellation);
        pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
    }

    private async Task ShapeAsync(int bytes, CancellationToken cancellation)
    {
        var rate = LogRate.BytesPerSecond(options.LogBytesPerSecond, bulk.Times.LogBytesPerSecond);
        var now = time.GetElapsedTime(start);
        var present = bucket is { } kept ? kept with { BytesPerSecond = rate } : LogRate.Full(rate, now);
        (bucket, var wait) = present.Take(bytes, now);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, time, cancellation);
        }
    }
}
