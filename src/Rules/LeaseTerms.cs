namespace Rigshift.Rules;

/// <summary>The two clocks of an attempt that its rig and the coordinator run without comparing wall clocks.</summary>
/// <param name="Lease">After this the coordinator may give the job to another rig.</param>
/// <param name="Orphan">After this the rig must have stopped the attempt; at least <paramref name="Lease"/>.</param>
public sealed record LeaseTerms(TimeSpan Lease, TimeSpan Orphan)
{
    private static readonly TimeSpan SmallestMargin = TimeSpan.FromSeconds(5);

    /// <summary>Somebody waits for it.</summary>
    public static LeaseTerms Interactive { get; } = new(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(60));

    /// <summary>A rig's night without internet should not cost its work.</summary>
    public static LeaseTerms Batch { get; } = new(TimeSpan.FromMinutes(15), TimeSpan.FromHours(6));

    /// <summary>Running twice does harm: the rig stops when the coordinator may reassign.</summary>
    public static LeaseTerms Exclusive { get; } = new(TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5));

    /// <summary>
    /// What the rig takes off, so that it expires before the coordinator with clocks that drift 2 % apart:
    /// the greater of 5 s and 2 %, and never more than half.
    /// </summary>
    public static TimeSpan Margin(TimeSpan duration)
    {
        var margin = duration * 0.02;
        margin = margin < SmallestMargin ? SmallestMargin : margin;
        return margin > duration / 2 ? duration / 2 : margin;
    }
}
