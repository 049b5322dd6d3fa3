using System.Collections.Concurrent;
using Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Stream;

/// <summary>
/// Messages on their way to the one writer. Heartbeats, accepts and answers go before facts and progress, so that a backlog
/// never costs a lease. Who fills it waits for room first.
/// </summary>
internal sealed class Outgoing : IDisposable
{
    /// <summary>Above this, producers wait. With control messages of some hundred bytes it is a fraction of a second of a slow uplink.</summary>
    public const int Limit = 256;

    private readonly ConcurrentQueue<RigMessage> urgent = new();
    private readonly ConcurrentQueue<RigMessage> ordinary = new();
    private readonly SemaphoreSlim waiting = new(0);
    private readonly Lock gate = new();
    private TaskCompletionSource room = Full();
    private int count;

    /// <summary>Never waits, so that order is kept under a lock; call <see cref="RoomAsync"/> before the next one.</summary>
    public void Post(RigMessage message, bool isUrgent)
    {
        Interlocked.Increment(ref count);
        (isUrgent ? urgent : ordinary).Enqueue(message);
        waiting.Release();
    }

    public Task RoomAsync(CancellationToken cancellation)
    {
        lock (gate)
        {
            if (Volatile.Read(ref count) < Limit)
            {
                return Task.CompletedTask;
            }

            if (room.Task.IsCompleted)
            {
                room = Full();
            }

            return room.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>The next message, as soon as there is one.</summary>
    public async ValueTask<RigMessage> TakeAsync(CancellationToken cancellation)
    {
        await waiting.WaitAsync(cancellation);
        RigMessage? message;
        while (!urgent.TryDequeue(out message) && !ordinary.TryDequeue(out message))
        {
            // The signal follows the enqueue, so there is one: another look finds it.
        }

        if (Interlocked.Decrement(ref count) < Limit)
        {
            lock (gate)
            {
                room.TrySetResult();
            }
        }

        return message;
    }

    public void Dispose() => waiting.Dispose();

    private static TaskCompletionSource Full() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
