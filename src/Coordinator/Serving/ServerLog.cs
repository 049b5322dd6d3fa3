using System.Globalization;
using Serilog;
using Serilog.Core;
using Serilog.Events;
using Serilog.Formatting.Compact;

namespace Rigshift.Coordinator.Serving;

/// <summary>Log lines for people on the console, compact JSON for machines in a file that rolls and stays bounded.</summary>
internal static class ServerLog
{
    private const long FileBytes = 16L << 20;
    private const int Files = 10;

    public static Logger Create(StatePaths paths, bool console)
    {
        var configuration = new LoggerConfiguration()
            .MinimumLevel.Information()
            .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
            .MinimumLevel.Override("Grpc", LogEventLevel.Warning)
            .WriteTo.File(
                new CompactJsonFormatter(), Path.Combine(paths.ServerLogs, "coordinator-.json"),
                rollingInterval: RollingInterval.Day, rollOnFileSizeLimit: true, fileSizeLimitBytes: FileBytes, retainedFileCountLimit: Files);
        if (console)
        {
            configuration.WriteTo.Console(formatProvider: CultureInfo.InvariantCulture, outputTemplate: "{Timestamp:HH:mm:ss} {Level:u3} {Message:lj}{NewLine}{Exception}");
        }

        return configuration.CreateLogger();
    }
}
