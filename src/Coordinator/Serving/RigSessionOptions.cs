namespace Rigshift.Coordinator.Serving;

/// <summary>Times of the control session with a rig.</summary>
internal sealed class RigSessionOptions
{
    /// <summary>Seconds between a rig's heartbeats.</summary>
    public int HeartbeatSeconds { get; set; } = 10;

    /// <summary>Seconds without an answer after which the rig drops the connection.</summary>
    public int HeartbeatTimeoutSeconds { get; set; } = 30;

    /// <summary>Seconds without a heartbeat after which the coordinator drops the session; above the rig's own timeout, so that the rig is first.</summary>
    public int SilenceSeconds { get; set; } = 45;

    /// <summary>Seconds a write to a rig may stall before the session is dropped; its state is derived again at the next Hello.</summary>
    public int WriteStallSeconds { get; set; } = 10;

    /// <summary>Seconds a rig has to say Hello, and to confirm, on a new stream.</summary>
    public int HelloSeconds { get; set; } = 20;

    /// <summary>Seconds after which rigs shall come back when the coordinator stops.</summary>
    public int ReconnectSeconds { get; set; } = 2;

    /// <summary>Bytes per second of job log that a rig may send per attempt. 0: no limit.</summary>
    public int LogBytesPerSecond { get; set; } = 1024 * 1024;
}
