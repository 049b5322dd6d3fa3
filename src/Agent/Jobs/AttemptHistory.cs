using System.Collections.Concurrent;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Jobs;

/// <summary>What is over: records for a week, logs of the newest attempts for the technician.</summary>
internal sealed class AttemptHistory(IJournal journal, StateDirectory state, JobOptions options, TimeProvider time)
{
    private const int RecordLimit = 10_000;
    private static readonly TimeSpan RecordLife = TimeSpan.FromDays(7);

    private readonly ConcurrentDictionary<AttemptId, bool> unsentLogs = new();
    private readonly ConcurrentQueue<AttemptId> keptLogs = new();

    public SettledAttempts Settled { get; } = new(RecordLimit, RecordLife);

    public IReadOnlyList<SettledResult> RecentlyAcked(int limit) =>
        [.. Settled.Newest(limit).Select(record => new SettledResult(record.Id, record.JobId, record.Fence, AttemptResults.DigestOf(record), record.Outcome?.Outcome ?? Outcome.Unknown))];

    public void Settle(LiveAttempt attempt)
    {
        Settled.Add(attempt.Record);
        if (attempt.LogsSent)
        {
            Keep(attempt.Record.Id);
        }
        else
        {
            unsentLogs[attempt.Record.Id] = true;
        }
    }

    public IReadOnlyList<LogSource> Logs(IEnumerable<LiveAttempt> live) =>
    [
        .. live.Where(attempt => !attempt.LogsSent && attempt.Record.LaunchCount > 0)
            .Select(attempt => new LogSource(attempt.Record.Id, state.AttemptPaths(attempt.Record.Id), attempt.Record.State >= AttemptState.Finished)),
        .. unsentLogs.Keys.Select(id => new LogSource(id, state.AttemptPaths(id), true)),
    ];

    public void LogsSent(AttemptId id)
    {
        if (unsentLogs.TryRemove(id, out _))
        {
            Keep(id);
        }
    }

    /// <summary>Throws away what is too old or too much, on disk too.</summary>
    public async ValueTask ExpireAsync()
    {
        while (keptLogs.Count > options.KeepLogsOf && keptLogs.TryDequeue(out var id))
        {
            AttemptDirectories.Remove(state.AttemptPaths(id).Root);
        }

        var expired = Settled.TakeExpired(time.GetUtcNow().ToUnixTimeMilliseconds());
        if (expired.Count > 0)
        {
            await journal.CommitAsync(new JournalEntry { Forget = expired });
        }
    }

    /// <summary>Attempts that were launched and not settled, as their cards tell.</summary>
    public IReadOnlyList<AttemptRecord> CardsOnDisk() => [.. state.AttemptsOnDisk().Select(id => AttemptCard.Read(state.AttemptPaths(id))).OfType<AttemptRecord>()];

    /// <summary>At start: directories of attempts that the journal does not know are removed, the others are kept in turn.</summary>
    public void SweepDirectories(IReadOnlySet<AttemptId> live)
    {
        var known = Settled.Newest(int.MaxValue).Reverse().Select(record => record.Id).ToList();
        var orphans = state.AttemptsOnDisk().Where(id => !live.Contains(id)).Except(known).ToList();
        orphans.ForEach(id => AttemptDirectories.Remove(state.AttemptPaths(id).Root));
        foreach (var id in known.Where(id => Directory.Exists(state.AttemptPaths(id).Root)))
        {
            Keep(id);
        }
    }

    private void Keep(AttemptId id) => keptLogs.Enqueue(id);
}
