namespace Rigshift.Agent.Artifacts;

/// <summary>One token bucket that all transfers of a direction share.</summary>
internal sealed class RateLimit(long bytesPerSecond, TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly long start = time.GetTimestamp();
    private TokenBucket bucket = TokenBucket.Create(bytesPerSecond, TimeSpan.Zero);

    /// <summary>Returns when the bytes may go.</summary>
    public ValueTask TakeAsync(long bytes, CancellationToken cancellation)
    {
        if (bytesPerSecond <= 0)
        {
            return ValueTask.CompletedTask;
        }

        TimeSpan wait;
        lock (gate)
        {
            (bucket, wait) = bucket.Take(bytes, time.GetElapsedTime(start));
        }

        return wait > TimeSpan.Zero ? new ValueTask(Task.Delay(wait, time, cancellation)) : ValueTask.CompletedTask;
    }
}
