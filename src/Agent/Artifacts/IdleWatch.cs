namespace Rigshift.Agent.Artifacts;

/// <summary>Cancels a transfer in which nothing moves. Each sign of progress starts its time anew.</summary>
internal sealed class IdleWatch : IDisposable
{
    private readonly TimeSpan limit;
    private readonly CancellationTokenSource idle;
    private readonly CancellationTokenSource either;

    public IdleWatch(TimeSpan limit, TimeSpan first, TimeProvider time, CancellationToken cancellation)
    {
        this.limit = limit;
        idle = new CancellationTokenSource(first, time);
        either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellation);
    }

    public CancellationToken Token => either.Token;

    /// <summary>It was this watch that cancelled, not the caller.</summary>
    public bool HasFired => idle.IsCancellationRequested;

    public void Moved() => idle.CancelAfter(limit);

    /// <summary>The transfer waits for its turn, which is not the peer's silence.</summary>
    public void Pause() => idle.CancelAfter(Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        either.Dispose();
        idle.Dispose();
    }
}
