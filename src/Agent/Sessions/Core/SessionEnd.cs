namespace Rigshift.Agent.Sessions.Core;

/// <summary>Why a session ended. None of them ends the agent or a running attempt.</summary>
internal enum SessionEndKind
{
    /// <summary>The connection broke or was never made.</summary>
    ConnectionLost = 1,

    /// <summary>The coordinator stopped answering heartbeats or Hello.</summary>
    Silent = 2,

    /// <summary>HelloRefused.</summary>
    Refused = 3,

    /// <summary>The coordinator asked the rig to come back later.</summary>
    AskedToReconnect = 4,

    /// <summary>A newer session of this rig took over.</summary>
    Superseded = 5,

    /// <summary>The rig closes it to come back with its new certificate.</summary>
    IdentityRenewed = 6,

    /// <summary>The agent stops.</summary>
    Stopping = 7,

    /// <summary>The peer broke the protocol's order.</summary>
    ProtocolViolated = 8,

    /// <summary>The rig's disk refused what must be on it before the session may go on.</summary>
    DiskRefused = 9,
}

/// <param name="Reason">Stable code when there is one; empty otherwise.</param>
/// <param name="Detail">Plain words for status and log.</param>
/// <param name="RetryAfter">What the coordinator asked for; zero when it did not.</param>
internal sealed record SessionEnd(SessionEndKind Kind, string Reason, string Detail, TimeSpan RetryAfter)
{
    public static SessionEnd Of(SessionEndKind kind, string detail) => new(kind, "", detail, TimeSpan.Zero);
}
