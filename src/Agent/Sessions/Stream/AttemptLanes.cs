using Rigshift.Agent.Model;

namespace Rigshift.Agent.Sessions.Stream;

/// <summary>
/// Work for one attempt runs in the order in which it came; attempts do not wait for each other, so that many assignments
/// share one fsync.
/// </summary>
internal sealed class AttemptLanes : IDisposable
{
    /// <summary>Work under way at once. Beyond it the reader waits, and the transport holds the coordinator back.</summary>
    private const int Limit = 1024;

    private readonly SemaphoreSlim slots = new(Limit);
    private readonly Lock gate = new();
    private readonly Dictionary<AttemptId, Task> tails = [];

    /// <summary>Begins it at once when the attempt's lane is empty. Work must not throw.</summary>
    public async ValueTask PostAsync(AttemptId id, Func<Task> work, CancellationToken cancellation)
    {
        await slots.WaitAsync(cancellation);
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task? before;
        lock (gate)
        {
            before = tails.GetValueOrDefault(id);
            tails[id] = done.Task;
        }

        _ = RunAsync(id, before, work, done);
    }

    /// <summary>Returns when nothing is under way.</summary>
    public async Task DrainAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Task all;
            lock (gate)
            {
                if (tails.Count == 0)
                {
                    return;
                }

                all = Task.WhenAll(tails.Values);
            }

            await all.WaitAsync(cancellation);
        }
    }

    public void Dispose() => slots.Dispose();

    private async Task RunAsync(AttemptId id, Task? before, Func<Task> work, TaskCompletionSource done)
    {
        try
        {
            if (before is not null)
            {
                await before;
            }

            await work();
        }
        finally
        {
            lock (gate)
            {
                if (tails.TryGetValue(id, out var tail) && tail == done.Task)
                {
                    tails.Remove(id);
                }
            }

            done.SetResult();
            slots.Release();
        }
    }
}
