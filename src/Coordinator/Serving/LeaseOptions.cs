using Rigshift.Rules;

namespace Rigshift.Coordinator.Serving;

/// <summary>How long an attempt stays a rig's without a word from it, per lease class.</summary>
internal sealed class LeaseOptions
{
    public LeaseTermOptions Batch { get; set; } = LeaseTermOptions.From(LeaseTerms.Batch);

    public LeaseTermOptions Interactive { get; set; } = LeaseTermOptions.From(LeaseTerms.Interactive);

    public LeaseTermOptions Exclusive { get; set; } = LeaseTermOptions.From(LeaseTerms.Exclusive);

    /// <summary>Seconds a rig has to answer an assignment.</summary>
    public int AcceptSeconds { get; set; } = 30;

    /// <summary>Seconds added to the longest lease in which nothing is given to another rig once a restored backup has shown itself.</summary>
    public int RollbackGraceSeconds { get; set; } = 600;
}

/// <summary>The two clocks of a lease, in seconds.</summary>
internal sealed class LeaseTermOptions
{
    /// <summary>After this the job may go to another rig.</summary>
    public int LeaseSeconds { get; set; }

    /// <summary>After this the rig must have stopped; at least <see cref="LeaseSeconds"/>.</summary>
    public int OrphanSeconds { get; set; }

    public static LeaseTermOptions From(LeaseTerms terms) =>
        new() { LeaseSeconds = (int)terms.Lease.TotalSeconds, OrphanSeconds = (int)terms.Orphan.TotalSeconds };

    public LeaseTerms ToTerms() => new(TimeSpan.FromSeconds(LeaseSeconds), TimeSpan.FromSeconds(OrphanSeconds));
}
