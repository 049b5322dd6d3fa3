using Rigshift.Rules;

namespace Rigshift.Coordinator.ArtifactApi;

/// <summary>One upload of a digest at a time. What nobody waits for is not kept.</summary>
internal sealed class UploadTurns
{
    private readonly Lock gate = new();
    private readonly Dictionary<Digest, Turn> turns = [];

    /// <summary>Digests that somebody uploads or waits for.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return turns.Count;
            }
        }
    }

    /// <summary>Waits for the turn; disposing ends it.</summary>
    public async Task<IDisposable> TakeAsync(Digest digest, CancellationToken cancellation)
    {
        Turn? turn;
        lock (gate)
        {
            if (!turns.TryGetValue(digest, out turn))
            {
                turn = new Turn();
                turns.Add(digest, turn);
            }

            turn.Users++;
        }

        try
        {
            await turn.Free.WaitAsync(cancellation);
        }
        catch (OperationCanceledException) // The sender is gone before its turn came.
        {
            Leave(digest, turn);
            throw;
        }

        return new Held(this, digest, turn);
    }

    private void Leave(Digest digest, Turn turn)
    {
        lock (gate)
        {
            turn.Users--;
            if (turn.Users == 0)
            {
                turns.Remove(digest);
                turn.Free.Dispose();
            }
        }
    }

    private sealed class Turn
    {
        public SemaphoreSlim Free { get; } = new(1, 1);

        public int Users { get; set; }
    }

    private sealed class Held(UploadTurns turns, Digest digest, Turn turn) : IDisposable
    {
        public void Dispose()
        {
            turn.Free.Release();
            turns.Leave(digest, turn);
        }
    }
}
