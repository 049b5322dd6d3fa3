using Rigshift.Agent.Model;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Filters;
using Serilog.Formatting.Compact;

namespace Rigshift.Agent.Hosting.Logging;

/// <summary>
/// Where the agent's events go: lines for people on the console, bounded compact JSON for machines in the log directory.
/// A sink that fails (full disk, no permission) loses its events and never throws: Serilog isolates each one.
/// </summary>
internal static class AgentLog
{
    /// <summary>Later files are agent_001.clef and on: the newest has the highest number.</summary>
    public const string FileName = "agent.clef";

    /// <summary>The log files that are there, oldest first.</summary>
    public static IReadOnlyList<string> Files(AgentPaths paths) => Directory.Exists(paths.LogDir)
        ? [.. Directory.EnumerateFiles(paths.LogDir, "agent*.clef").OrderBy(File.GetLastWriteTimeUtc).ThenBy(path => path, StringComparer.Ordinal)]
        : [];

    public static Logger Create(AgentPaths paths, LoggingOptions options, bool underSystemd) => new LoggerConfiguration()
        .MinimumLevel.Is(LevelOf(options.Level))
        // Says again what the fault path says once.
        .Filter.ByExcluding(Matching.FromSource("Microsoft.Extensions.Hosting.Internal.Host"))
        // The host's own start and stop lines say less than ours.
        .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
        .MinimumLevel.Override("Grpc", LogEventLevel.Warning)
        .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning)
        .WriteTo.Console(new LineFormatter(underSystemd))
        .WriteTo.File(
            new CompactJsonFormatter(),
            Path.Combine(paths.LogDir, FileName),
            fileSizeLimitBytes: options.FileBytes,
            rollOnFileSizeLimit: true,
            retainedFileCountLimit: options.Files)
        .CreateLogger();

    private static LogEventLevel LevelOf(LogLevelName level) => level switch
    {
        LogLevelName.Debug => LogEventLevel.Debug,
        LogLevelName.Warning => LogEventLevel.Warning,
        LogLevelName.Error => LogEventLevel.Error,
        _ => LogEventLevel.Information,
    };
}
