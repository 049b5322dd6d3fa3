using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Jobs;

/// <summary>What is over: records for a week, logs of the newest attempts for the technician.</summary>
internal sealed partial class AttemptHistory(IJournal journal, StateDirectory state, JobOptions options, TimeProvider time, ILogger<AttemptHistory> logger)
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
            MarkSent(attempt.Record.Id);
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
            MarkSent(id);
            Keep(id);
        }
    }

    /// <summary>Throws away what is too old or too much, on disk too.</summary>
    public async ValueTask ExpireAsync()
    {
        while (keptLogs.Count > options.KeepLogsOf && keptLogs.TryDequeue(out var id))
        {
            TryRemove(id);
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
        orphans.ForEach(TryRemove);
        foreach (var id in known.Where(id => Directory.Exists(state.AttemptPaths(id).Root)))
        {
            if (File.Exists(SentMark(id)))
            {
                Keep(id);
            }
            else
            {
                unsentLogs[id] = true; // The uploader asks the coordinator how much it has.
            }
        }
    }

    private string SentMark(AttemptId id) => Path.Combine(state.AttemptPaths(id).Control, "logs-sent");

    private void MarkSent(AttemptId id)
    {
        try
        {
            if (Directory.Exists(state.AttemptPaths(id).Control))
            {
                File.WriteAllBytes(SentMark(id), []);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // Then the next start asks the coordinator once more.
        {
            LogDirectoryRefused(state.AttemptPaths(id).Root, e);
        }
    }

    // What cannot be removed now is tried again at the next start; the clock that calls this must go on.
    private void TryRemove(AttemptId id)
    {
        try
        {
            AttemptDirectories.Remove(state.AttemptPaths(id).Root);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            LogDirectoryRefused(state.AttemptPaths(id).Root, e);
        }
    }

    [LoggerMessage(1440, LogLevel.Warning, "{Directory} of an ended attempt cannot be changed or removed. It is tried again at the next start; remove it by hand if it stays", EventName = "DirectoryRefused")]
    private partial void LogDirectoryRefused(string directory, Exception e);

    private void Keep(AttemptId id) => keptLogs.Enqueue(id);
}
