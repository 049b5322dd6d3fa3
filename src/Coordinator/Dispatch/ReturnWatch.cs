using Rigshift.Coordinator.Leases;
using Rigshift.Coordinator.Store;

namespace Rigshift.Coordinator.Dispatch;

/// <summary>
/// Keeps jobs from before the start waiting until the rigs are back that had a session when the coordinator stopped. What is on
/// record may be older than what they know: a job that looks as if it waited may run there, or be done.
/// </summary>
internal sealed class ReturnWatch(MonotonicClock clock, Dispatcher dispatcher)
{
    /// <summary>A rig that was not seen this long before the last word of any rig was gone already.</summary>
    private static readonly TimeSpan SeenLately = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private readonly HashSet<Guid> missing = [];
    private long newest;
    private bool isRolledBack;

    /// <summary>Before dispatch runs.</summary>
    /// <param name="open">The jobs that have not ended.</param>
    /// <param name="longest">After this much time nobody is waited for.</param>
    public void Begin(IEnumerable<JobRow> open, IReadOnlyList<RigRow> rigs, TimeSpan longest)
    {
        var last = rigs.Select(rig => rig.LastSeenMs).DefaultIfEmpty().Max();
        lock (gate)
        {
            newest = open.Select(job => job.Sequence).DefaultIfEmpty().Max();
            missing.UnionWith(rigs.Where(rig => !rig.Revoked && rig.LastSeenMs > 0 && last - rig.LastSeenMs <= SeenLately.TotalMilliseconds).Select(rig => rig.Id));
            if (missing.Count > 0)
            {
                Post(longest);
            }
        }
    }

    /// <summary>The rig has said what it has, and what it says is on record.</summary>
    public void Returned(Guid rigId)
    {
        lock (gate)
        {
            if (missing.Remove(rigId) && missing.Count == 0 && !isRolledBack)
            {
                dispatcher.Post(new DispatchInput.Held(DispatchHold.None));
            }
        }
    }

    /// <summary>The database is older than the rigs: also those that are not missed may have had the jobs.</summary>
    public void RolledBack(TimeSpan duration)
    {
        lock (gate)
        {
            isRolledBack = true;
            Post(duration);
        }
    }

    private void Post(TimeSpan duration) => dispatcher.Post(new DispatchInput.Held(new DispatchHold(newest, clock.Now + duration)));
}
