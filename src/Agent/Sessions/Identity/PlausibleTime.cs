namespace Rigshift.Agent.Sessions.Identity;

/// <summary>
/// Tells a dead battery's clock (1970) from a real one. A rig with a wrong clock must still reach its coordinator, because
/// there it learns that the clock is wrong.
/// </summary>
internal static class PlausibleTime
{
    /// <summary>No rig runs this build before it was written. A constant, so that builds stay reproducible.</summary>
    public static readonly DateTimeOffset Minimum = new(2026, 11, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A clock this much behind the last trusted time is only slow; further behind it was reset.</summary>
    public static readonly TimeSpan Slack = TimeSpan.FromDays(1);

    public static bool IsPlausible(DateTimeOffset now, DateTimeOffset lastTrusted) => now >= Minimum && now >= lastTrusted - Slack;
}
