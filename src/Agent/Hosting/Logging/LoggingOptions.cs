namespace Rigshift.Agent.Hosting.Logging;

/// <summary>Section "Logging" of agent.json: the agent's own log. On disk it takes at most Files × FileBytes.</summary>
internal sealed record LoggingOptions
{
    /// <summary>Least severe level that is written.</summary>
    /// <value>Information; Debug, Warning or Error.</value>
    public LogLevelName Level { get; init; } = LogLevelName.Information;

    /// <summary>Size at which a log file is closed and the next one begun.</summary>
    /// <value>8 MiB, 64 KiB to 1 GiB.</value>
    public long FileBytes { get; init; } = 8 * 1024 * 1024;

    /// <summary>Log files that are kept, the current one included.</summary>
    /// <value>5, 1 to 100.</value>
    public int Files { get; init; } = 5;
}

/// <summary>Levels an owner may choose.</summary>
internal enum LogLevelName
{
    Debug = 1,
    Information = 2,
    Warning = 3,
    Error = 4,
}
