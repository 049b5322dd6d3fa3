using System.Collections.Concurrent;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Jobs;

/// <summary>What the session reads of the attempts: events and results to send, progress since the last look.</summary>
internal sealed class AttemptViews(StateDirectory state, TimeProvider time)
{
    private static readonly TimeSpan ProgressPeriod = TimeSpan.FromMilliseconds(300);

    private readonly ConcurrentDictionary<AttemptId, ProgressReport> lastProgress = new();
    private long lookedAt;

    public IReadOnlyList<OutboxItem> Outbox(IEnumerable<LiveAttempt> live)
    {
        var items = new List<OutboxItem>();
        foreach (var attempt in live)
        {
            var record = attempt.Record;
            items.AddRange(attempt.Actor.UnackedEvents().Select(e => new EventItem(e, record.Fence)));
            if (attempt.Actor.Activity == AttemptActivity.Published)
            {
                var (stdout, stderr) = attempt.LogBytes ??= LogBytes(state.AttemptPaths(record.Id));
                items.Add(new ResultItem(record, AttemptResults.DigestOf(record), stdout, stderr, attempt.Actor.SendNo));
            }
        }

        return items;
    }

    /// <summary>Nothing when it was asked a moment ago: hundreds of events a second must not become hundreds of looks at each progress file.</summary>
    public IReadOnlyList<ProgressReport> TakeProgress(IEnumerable<LiveAttempt> live)
    {
        var now = time.GetTimestamp();
        var last = Interlocked.Read(ref lookedAt);
        if ((last != 0 && time.GetElapsedTime(last, now) < ProgressPeriod) || Interlocked.CompareExchange(ref lookedAt, now, last) != last)
        {
            return [];
        }

        return ReadProgress(live);
    }

    private List<ProgressReport> ReadProgress(IEnumerable<LiveAttempt> live)
    {
        var changed = new List<ProgressReport>();
        var seen = new HashSet<AttemptId>();
        foreach (var attempt in live.Where(attempt => attempt.Record.State is AttemptState.Running or AttemptState.Stopping))
        {
            seen.Add(attempt.Record.Id);
            if (ProgressFile.ReadLatest(state.AttemptPaths(attempt.Record.Id).Progress) is { } latest)
            {
                var report = new ProgressReport(attempt.Record.Id, attempt.Record.Fence, (ulong)latest.Done, (ulong)latest.Total, latest.Unit);
                if (!lastProgress.TryGetValue(report.Id, out var last) || last != report)
                {
                    lastProgress[report.Id] = report;
                    changed.Add(report);
                }
            }
        }

        foreach (var gone in lastProgress.Keys.Where(id => !seen.Contains(id)))
        {
            lastProgress.TryRemove(gone, out _);
        }

        return changed;
    }

    private static (long Stdout, long Stderr) LogBytes(AttemptPaths paths)
    {
        try
        {
            return (LogReader.Length(paths.Stdout), LogReader.Length(paths.Stderr));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // A job can lock its own log away; its result must still go out.
        {
            return (0, 0);
        }
    }
}
