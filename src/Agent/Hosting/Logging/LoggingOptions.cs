namespace Rigshift.Agent.Hosting.Logging;

/// <summary>The agent's own log. Both bounds hold at once: at most <see cref="Files"/> × <see cref="FileBytes"/> on disk.</summary>
internal sealed class LoggingOptions
{
    /// <summary>Least severe level that is written. Default: Information.</summary>
    public LogLevelName Level { get; set; } = LogLevelName.Information;

    /// <summary>Size at which a log file is closed and the next one begun. Default: 8 MiB; 64 KiB to 1 GiB.</summary>
    public long FileBytes { get; set; } = 8 * 1024 * 1024;

    /// <summary>Log files that are kept, the current one included. Default: 5; 1 to 100.</summary>
    public int Files { get; set; } = 5;
}

/// <summary>Levels an owner may choose.</summary>
internal enum LogLevelName
{
    Debug = 1,
    Information = 2,
    Warning = 3,
    Error = 4,
}
