using System.Collections.Concurrent;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Jobs;

/// <summary>What the session reads of the attempts: events and results to send, progress since the last look.</summary>
internal sealed class AttemptViews(StateDirectory state)
{
    private readonly ConcurrentDictionary<AttemptId, ProgressReport> lastProgress = new();

    public IReadOnlyList<OutboxItem> Outbox(IEnumerable<LiveAttempt> live)
    {
        var items = new List<OutboxItem>();
        foreach (var attempt in live)
        {
            var record = attempt.Record;
            items.AddRange(attempt.Actor.UnackedEvents().Select(e => new EventItem(e, record.Fence)));
            if (attempt.Actor.Activity == AttemptActivity.Published)
            {
                var paths = state.AttemptPaths(record.Id);
                items.Add(new ResultItem(record, AttemptResults.DigestOf(record), LogReader.Length(paths.Stdout), LogReader.Length(paths.Stderr), attempt.Actor.SendNo));
            }
        }

        return items;
    }

    public IReadOnlyList<ProgressReport> TakeProgress(IEnumerable<LiveAttempt> live)
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
}
