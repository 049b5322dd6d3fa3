using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Jobs;

/// <summary>Attempts that are over, newest first: what the rig tells a coordinator that lost its memory, and people on the rig. Bounded by number and age.</summary>
internal sealed class SettledAttempts(int limit, TimeSpan life)
{
    private readonly Lock gate = new();
    private readonly LinkedList<AttemptRecord> records = new();

    public void Add(AttemptRecord record)
    {
        lock (gate)
        {
            records.AddFirst(record);
        }
    }

    public IReadOnlyList<AttemptRecord> Newest(int count)
    {
        lock (gate)
        {
            return [.. records.Take(count)];
        }
    }

    public AttemptRecord? Find(AttemptId id)
    {
        lock (gate)
        {
            return records.FirstOrDefault(record => record.Id == id);
        }
    }

    /// <summary>How often this job's program was running when the rig went down.</summary>
    public int UncleanEnds(JobId job)
    {
        lock (gate)
        {
            return records.Count(record => record.JobId == job && record.Outcome?.Reason == Reason.HostRestarted);
        }
    }

    /// <summary>Takes out what is too old or too much.</summary>
    public IReadOnlyList<AttemptId> TakeExpired(long nowUnixMs)
    {
        lock (gate)
        {
            var expired = new List<AttemptId>();
            while (records.Last is { } last && (records.Count > limit || nowUnixMs - last.Value.AckedUnixMs > life.TotalMilliseconds))
            {
                expired.Add(last.Value.Id);
                records.RemoveLast();
            }

            return expired;
        }
    }
}
