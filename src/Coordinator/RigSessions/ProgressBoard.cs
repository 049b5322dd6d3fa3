using System.Collections.Concurrent;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>How far running attempts are; the latest wins, nothing is kept on disk.</summary>
internal sealed class ProgressBoard
{
    /// <summary>Attempts that are remembered; beyond it the board starts over, since it is only for display.</summary>
    private const int Limit = 100_000;

    private readonly ConcurrentDictionary<Guid, Progress> latest = new();

    public void Set(Guid attemptId, Progress progress)
    {
        if (latest.Count > Limit)
        {
            latest.Clear();
        }

        latest[attemptId] = progress;
    }

    public Progress? Find(Guid attemptId) => latest.GetValueOrDefault(attemptId);
}
