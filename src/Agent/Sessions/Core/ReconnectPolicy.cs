namespace Rigshift.Agent.Sessions.Core;

/// <summary>When the rig tries again: full jitter, for ever. A fleet that lost its coordinator must not come back at once.</summary>
internal static class ReconnectPolicy
{
    /// <summary>A session that held this long ends the row of failures.</summary>
    public static readonly TimeSpan Healthy = TimeSpan.FromSeconds(60);

    /// <summary>Ceiling of everything, also of what the coordinator asks for: a rig is never away longer without trying.</summary>
    public static readonly TimeSpan Ceiling = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Largest = TimeSpan.FromSeconds(60);

    /// <param name="failures">Sessions in a row that did not get healthy; 0 after a healthy one.</param>
    /// <param name="retryAfter">What the coordinator asked for; zero when it did not.</param>
    /// <param name="random">0 to 1.</param>
    public static TimeSpan Delay(int failures, TimeSpan retryAfter, double random)
    {
        // 2^6 s is beyond the largest step already; more would overflow in time.
        var step = TimeSpan.FromTicks(Math.Min(First.Ticks << Math.Clamp(failures, 0, 6), Largest.Ticks));
        var spread = retryAfter > step ? retryAfter : step;
        var delay = retryAfter + (spread * random);
        return delay < Ceiling ? delay : Ceiling;
    }
}
