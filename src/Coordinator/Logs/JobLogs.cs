using Rigshift.Coordinator.Feeds;
using Rigshift.Coordinator.Serving;

namespace Rigshift.Coordinator.Logs;

/// <summary>The logs of all attempts, one file each.</summary>
internal sealed class JobLogs
{
    /// <summary>Logs whose positions are kept in memory; the rest is read from its file again when it is needed.</summary>
    private const int OpenLimit = 1024;

    private readonly Lock gate = new();
    private readonly Dictionary<Guid, WeakReference<AttemptLog>> known = [];
    private readonly Queue<AttemptLog> recent = new();
    private readonly ChangeFeed feed = new();
    private readonly string directory;
    private readonly long quota;

    public JobLogs(StatePaths paths, StorageOptions options)
    {
        directory = paths.JobLogs;
        quota = options.LogBytesPerAttempt;
        PrivateFile.CreateDirectory(directory);
    }

    public AttemptLog Of(Guid attemptId)
    {
        lock (gate)
        {
            // Weak: an evicted log that somebody still appends to is found again, so that one file never has two writers.
            if (known.TryGetValue(attemptId, out var weak) && weak.TryGetTarget(out var log))
            {
                return log;
            }

            log = new AttemptLog(PathOf(attemptId), quota);
            known[attemptId] = new WeakReference<AttemptLog>(log);
            recent.Enqueue(log);
            if (recent.Count > OpenLimit)
            {
                recent.Dequeue();
                if (known.Count > 2 * OpenLimit)
                {
                    Forget();
                }
            }

            return log;
        }
    }

    public string PathOf(Guid attemptId) => Path.Combine(directory, attemptId.ToString("D") + ".log");

    public ChangeWatch Watch(Guid attemptId) => feed.Watch(attemptId);

    public void Publish(Guid attemptId) => feed.Publish(attemptId);

    private void Forget()
    {
        foreach (var gone in known.Where(pair => !pair.Value.TryGetTarget(out _)).Select(pair => pair.Key).ToList())
        {
            known.Remove(gone);
        }
    }
}
