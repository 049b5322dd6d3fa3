using Proto = Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Core;

/// <summary>The session's clocks as the coordinator set them, held within what a rig can live with.</summary>
internal sealed record SessionTimes(TimeSpan HeartbeatInterval, TimeSpan HeartbeatTimeout, int LogBytesPerSecond)
{
    /// <summary>10 s, and 30 s for the answer: a coordinator that sets nothing gets the protocol's numbers.</summary>
    public static SessionTimes Default { get; } = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(30), 0);

    /// <summary>Less often and a lease of a minute is at risk.</summary>
    private const uint MaxIntervalS = 30;

    /// <summary>Longer and a dead connection costs leases before it is found out.</summary>
    private const uint MaxTimeoutS = 120;

    public static SessionTimes From(Proto.SessionTerms? terms)
    {
        if (terms is null)
        {
            return Default;
        }

        var interval = terms.HeartbeatIntervalS == 0 ? Default.HeartbeatInterval : TimeSpan.FromSeconds(Math.Min(terms.HeartbeatIntervalS, MaxIntervalS));
        var timeout = terms.HeartbeatTimeoutS == 0 ? Default.HeartbeatTimeout : TimeSpan.FromSeconds(Math.Min(terms.HeartbeatTimeoutS, MaxTimeoutS));
        return new SessionTimes(interval, timeout > interval ? timeout : interval, (int)Math.Min(terms.LogBytesPerS, int.MaxValue));
    }
}
