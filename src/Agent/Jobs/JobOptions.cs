namespace Rigshift.Agent.Jobs;

/// <summary>Section "Jobs" of agent.json.</summary>
internal sealed record JobOptions
{
    /// <summary>Between asking a program to end and killing it.</summary>
    /// <value>10 s, 0 to 300.</value>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long an accepted attempt may wait for the coordinator's confirmation before its reservation is given back.</summary>
    /// <value>10 minutes.</value>
    public TimeSpan ConfirmPatience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Ended attempts whose logs stay on the rig for the technician.</summary>
    /// <value>200, 0 to 10,000.</value>
    public int KeepLogsOf { get; init; } = 200;
}
