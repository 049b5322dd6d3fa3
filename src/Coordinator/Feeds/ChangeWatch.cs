namespace Rigshift.Coordinator.Feeds;

/// <summary>One watcher's view of a feed: which ones have changed since it last asked.</summary>
internal sealed class ChangeWatch(Guid? only, Action<ChangeWatch> leave) : IDisposable
{
    private readonly Lock gate = new();
    private HashSet<Guid> changed = [];
    private TaskCompletionSource signal = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Waits for at least one change.</summary>
    public async Task<IReadOnlyCollection<Guid>> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task wait;
            lock (gate)
            {
                if (changed.Count > 0)
                {
                    var taken = changed;
                    changed = [];
                    signal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    return taken;
                }

                wait = signal.Task;
            }

            await wait.WaitAsync(cancellation);
        }
    }

    public void Tell(Guid id)
    {
        if (only is { } one && one != id)
        {
            return;
        }

        lock (gate)
        {
            changed.Add(id);
            signal.TrySetResult();
        }
    }

    public void Dispose() => leave(this);
}
