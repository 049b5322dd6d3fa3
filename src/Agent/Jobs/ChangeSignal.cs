namespace Rigshift.Agent.Jobs;

/// <summary>Counts changes and wakes who waits for the next one. A waiter never misses a change and never sees one twice.</summary>
internal sealed class ChangeSignal
{
    private readonly Lock gate = new();
    private TaskCompletionSource next = New();
    private long version;

    public long Version => Interlocked.Read(ref version);

    public void Raise()
    {
        TaskCompletionSource woken;
        lock (gate)
        {
            version++;
            woken = next;
            next = New();
        }

        woken.SetResult();
    }

    public async ValueTask WaitAsync(long seen, CancellationToken cancellation)
    {
        Task changed;
        lock (gate)
        {
            if (version != seen)
            {
                return;
            }

            changed = next.Task;
        }

        await changed.WaitAsync(cancellation);
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
