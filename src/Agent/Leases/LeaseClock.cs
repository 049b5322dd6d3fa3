using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Leases;

/// <summary>Where a lease stands.</summary>
internal enum LeaseStanding
{
    /// <summary>The attempt owns its job.</summary>
    Live = 1,

    /// <summary>The coordinator may have given the job to another rig; the attempt may go on and its result may be fenced.</summary>
    Lapsed = 2,

    /// <summary>The attempt must not run.</summary>
    Orphaned = 3,

    /// <summary>The deadlines are in the clock of another boot: only the coordinator can say.</summary>
    OtherBoot = 4,
}

/// <summary>
/// The rig's side of a lease, in the boot clock alone. Deadlines count from when the request left this rig, less a margin, so the rig expires
/// first however long the answer took; a restart of the agent does not move them.
/// </summary>
internal static class LeaseClock
{
    private static readonly TimeSpan OvertakingSlack = TimeSpan.FromMinutes(1);

    public static HeldLease Grant(LeaseTerms terms, string bootId, TimeSpan sentAt) => new(
        terms, bootId, sentAt + terms.Lease - LeaseTerms.Margin(terms.Lease), sentAt + terms.Orphan - LeaseTerms.Margin(terms.Orphan));

    /// <summary>A renewal never shortens what is held: answers may overtake each other.</summary>
    public static HeldLease Renew(HeldLease held, LeaseTerms terms, string bootId, TimeSpan sentAt)
    {
        var renewed = Grant(terms, bootId, sentAt);
        return Stand(held, bootId, sentAt) == LeaseStanding.OtherBoot
            ? renewed
            : renewed with { LeaseDeadline = Later(held.LeaseDeadline, renewed.LeaseDeadline), OrphanDeadline = Later(held.OrphanDeadline, renewed.OrphanDeadline) };
    }

    public static LeaseStanding Stand(HeldLease lease, string bootId, TimeSpan now)
    {
        if (lease.BootId != bootId || (bootId.Length == 0 && StartedAnew(lease, now)))
        {
            return LeaseStanding.OtherBoot;
        }

        return now >= lease.OrphanDeadline ? LeaseStanding.Orphaned : now >= lease.LeaseDeadline ? LeaseStanding.Lapsed : LeaseStanding.Live;
    }

    // Without a boot id (Windows) a deadline further away than the lease is long shows that the clock began again. Answers that overtook
    // each other can put it a little further away; a rig that had been up for less than that loses nothing by the error.
    private static bool StartedAnew(HeldLease lease, TimeSpan now) => lease.OrphanDeadline - now > lease.Terms.Orphan + OvertakingSlack;

    private static TimeSpan Later(TimeSpan a, TimeSpan b) => a > b ? a : b;
}
