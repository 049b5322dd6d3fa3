namespace Rigshift.Agent.Artifacts;

/// <summary>
/// A rate limit as a value: take bytes at a time, get the bucket after it and how long to wait before using them. It may go
/// into debt, so that a piece larger than the bucket passes and is paid for afterwards.
/// </summary>
/// <param name="BytesPerSecond">0: no limit.</param>
/// <param name="BurstBytes">What may go at once after a pause.</param>
/// <param name="Level">Bytes in the bucket at <paramref name="At"/>; negative is debt.</param>
/// <param name="At">Time of a monotonic clock.</param>
internal readonly record struct TokenBucket(double BytesPerSecond, double BurstBytes, double Level, TimeSpan At)
{
    /// <summary>Full at <paramref name="now"/>; the burst is one second's worth.</summary>
    public static TokenBucket Create(long bytesPerSecond, TimeSpan now) => new(bytesPerSecond, bytesPerSecond, bytesPerSecond, now);

    public (TokenBucket Next, TimeSpan Wait) Take(long bytes, TimeSpan now)
    {
        if (BytesPerSecond <= 0)
        {
            return (this with { At = now }, TimeSpan.Zero);
        }

        // A clock that went back is no reason to wait longer.
        var elapsed = now > At ? now - At : TimeSpan.Zero;
        var level = Math.Min(BurstBytes, Level + (elapsed.TotalSeconds * BytesPerSecond)) - bytes;
        return (this with { Level = level, At = now }, level >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-level / BytesPerSecond));
    }
}
