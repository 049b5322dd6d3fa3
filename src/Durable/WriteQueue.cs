namespace Rigshift.Durable;

/// <summary>
/// Hands writes to the writer thread. A monitor instead of a channel: the waiting thread is woken by the caller itself, not
/// by way of the thread pool, which may be starved just when a lease renewal must reach the disk. Callers wait for their
/// write, so the queue is never longer than there are callers.
/// </summary>
internal sealed class WriteQueue
{
    // A group shares one fsync and fails together; more than this and a disk that fills up fails too many at once.
    private const int GroupLimit = 256;

    private readonly object gate = new(); // Monitor.Wait needs an object; System.Threading.Lock has no Wait.
    private readonly Queue<PendingWrite> waiting = new();
    private bool closed;

    /// <summary>False when the queue is closed.</summary>
    public bool TryAdd(PendingWrite write)
    {
        lock (gate)
        {
            if (closed)
            {
                return false;
            }

            waiting.Enqueue(write);
            if (waiting.Count == 1)
            {
                Monitor.Pulse(gate);
            }

            return true;
        }
    }

    /// <summary>Blocks until there is something; false when the queue is closed and empty.</summary>
    public bool Take(List<PendingWrite> group)
    {
        lock (gate)
        {
            while (waiting.Count == 0 && !closed)
            {
                Monitor.Wait(gate);
            }

            while (group.Count < GroupLimit && waiting.TryDequeue(out var write))
            {
                group.Add(write);
            }

            return group.Count > 0;
        }
    }

    /// <summary>What waits is still handed out. False when it was closed before.</summary>
    public bool Close()
    {
        lock (gate)
        {
            if (closed)
            {
                return false;
            }

            closed = true;
            Monitor.PulseAll(gate);
            return true;
        }
    }
}
