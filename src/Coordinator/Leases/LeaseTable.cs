using Rigshift.Coordinator.Serving;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Leases;

/// <summary>
/// When each live attempt's lease ends. A cache: after a restart everything on record starts with a full new lease, so that
/// rigs have time to come back before anything is given away.
/// </summary>
internal sealed class LeaseTable(MonotonicClock clock, LeaseOptions options)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, LiveAttempt> live = [];
    private TimeSpan holdUntil;

    public TimeSpan Now => clock.Now;

    public void Assign(Guid attemptId, Guid jobId, Guid rigId, Fence fence, LeaseClass leaseClass, TimeSpan grace = default) =>
        Put(new LiveAttempt(attemptId, jobId, rigId, fence, leaseClass, false, clock.Now + TimeSpan.FromSeconds(options.AcceptSeconds) + grace));

    /// <summary>Starts or restarts the lease from when the rig's message arrived.</summary>
    public LeaseTerms Grant(Guid attemptId, Guid jobId, Guid rigId, Fence fence, LeaseClass leaseClass, TimeSpan received)
    {
        var terms = TermsOf(leaseClass);
        Put(new LiveAttempt(attemptId, jobId, rigId, fence, leaseClass, true, received + terms.Lease));
        return terms;
    }

    /// <summary>Null: not this rig's under this fence.</summary>
    public LeaseTerms? Renew(Guid attemptId, Guid rigId, Fence fence, TimeSpan received)
    {
        lock (gate)
        {
            if (!live.TryGetValue(attemptId, out var attempt) || attempt.RigId != rigId || attempt.Fence != fence || !attempt.Accepted)
            {
                return null;
            }

            var terms = TermsOf(attempt.LeaseClass);
            live[attemptId] = attempt with { Deadline = received + terms.Lease };
            return terms;
        }
    }

    public void Drop(Guid attemptId)
    {
        lock (gate)
        {
            live.Remove(attemptId);
        }
    }

    public LiveAttempt? Find(Guid attemptId)
    {
        lock (gate)
        {
            return live.GetValueOrDefault(attemptId);
        }
    }

    public int CountOn(Guid rigId)
    {
        lock (gate)
        {
            return live.Values.Count(attempt => attempt.RigId == rigId);
        }
    }

    /// <summary>Takes out what is over: from now on a renewal of it is decided by what is on record, not by this table.</summary>
    public IReadOnlyList<LiveAttempt> TakeExpired()
    {
        var now = clock.Now;
        lock (gate)
        {
            List<LiveAttempt> expired = now < holdUntil ? [] : [.. live.Values.Where(attempt => attempt.Deadline <= now)];
            expired.ForEach(attempt => live.Remove(attempt.AttemptId));
            return expired;
        }
    }

    /// <summary>Its loss could not be recorded.</summary>
    public void PutBack(LiveAttempt expired)
    {
        lock (gate)
        {
            live.TryAdd(expired.AttemptId, expired);
        }
    }

    /// <summary>Nothing expires before this much time has passed: rigs know more than the database does.</summary>
    public void HoldAll(TimeSpan duration)
    {
        lock (gate)
        {
            holdUntil = holdUntil > clock.Now + duration ? holdUntil : clock.Now + duration;
        }
    }

    public LeaseTerms TermsOf(LeaseClass leaseClass) => leaseClass switch
    {
        LeaseClass.Interactive => options.Interactive.ToTerms(),
        LeaseClass.Exclusive => options.Exclusive.ToTerms(),
        _ => options.Batch.ToTerms(),
    };

    public TimeSpan LongestLease() => TimeSpan.FromSeconds(Math.Max(options.Batch.LeaseSeconds, Math.Max(options.Interactive.LeaseSeconds, options.Exclusive.LeaseSeconds)));

    private void Put(LiveAttempt attempt)
    {
        lock (gate)
        {
            live[attempt.AttemptId] = attempt;
        }
    }
}
