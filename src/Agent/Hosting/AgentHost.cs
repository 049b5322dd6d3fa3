using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rigshift.Agent.Hosting.Logging;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;
using Serilog;

namespace Rigshift.Agent.Hosting;

/// <summary>Builds the service from its rooms, runs it until it is told to stop, and says with which code to exit.</summary>
internal static partial class AgentHost
{
    /// <summary>Time that all rooms together have to stop in; below the unit's TimeoutStopSec, which kills.</summary>
    public static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    /// <summary>"major.minor.patch", and after a plus sign the commit it was built from.</summary>
    public static string FullVersion { get; } = typeof(AgentHost).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";

    public static string Version { get; } = FullVersion.Split('+')[0];

    /// <param name="setup">Valid.</param>
    /// <param name="addRooms">One Add per room, in the order in which they start; they stop in reverse.</param>
    public static async Task<int> RunAsync(AgentSetup setup, Action<IServiceCollection, AgentSetup> addRooms, CancellationToken cancellation)
    {
        await using var logger = AgentLog.Create(setup.Paths, setup.Options.Logging, ServiceLifetime.IsSystemd);
        using var host = Build(setup, addRooms, logger);
        var log = host.Services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(AgentHost));
        try
        {
            Log.Starting(log, Version, Environment.ProcessId, setup.Paths.StateDir);
            await host.StartAsync(cancellation);
            await host.WaitForShutdownAsync(cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested) // A test ends the host this way.
        {
        }
        catch (Exception e) when (e is JournalException or InstanceHeldException) // What an owner can mend: the words suffice.
        {
            Log.CouldNotStart(log, e.Message);
            return ExitCode.Failed;
        }
        catch (Exception e) // The fault path: whatever start or stop threw is logged once and becomes the exit code.
        {
            Log.Failed(log, e, e.Message);
            return ExitCode.Failed;
        }

        var faults = host.Services.GetRequiredService<FaultPath>();
        if (faults.Fault is { } fault)
        {
            Log.Failed(log, fault, fault.Message);
        }
        else
        {
            Log.Stopped(log);
        }

        return faults.ExitCode;
    }

    internal static IHost Build(AgentSetup setup, Action<IServiceCollection, AgentSetup> addRooms, Serilog.ILogger logger)
    {
        // Empty: the default builder also reads appsettings.json, environment and command line, which we do ourselves.
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ApplicationName = "rigshift", ContentRootPath = AppContext.BaseDirectory });
        var services = builder.Services;
        services.AddSerilog(logger);
        services.Configure<HostOptions>(options =>
        {
            options.ShutdownTimeout = StopLimit;
            options.BackgroundServiceExceptionBehavior = BackgroundServiceExceptionBehavior.StopHost;
        });
        services.AddSingleton(setup.Paths);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<FaultPath>();
        services.AddSingleton<LifeSign>();
        services.AddSingleton<ILifeSign>(provider => provider.GetRequiredService<LifeSign>());
        services.AddServiceLifetime();
        addRooms(services, setup);
        return builder.Build();
    }

    private static partial class Log
    {
        [LoggerMessage(1002, LogLevel.Information, "Rigshift {Version} starting as process {Pid}; state in {StateDir}", EventName = "Starting")]
        public static partial void Starting(Microsoft.Extensions.Logging.ILogger logger, string version, int pid, string stateDir);

        [LoggerMessage(1003, LogLevel.Critical, "The agent ends on a fault; running attempts go on and are taken over by the next start: {Reason}", EventName = "Failed")]
        public static partial void Failed(Microsoft.Extensions.Logging.ILogger logger, Exception fault, string reason);

        [LoggerMessage(1005, LogLevel.Critical, "The agent cannot start: {Reason}", EventName = "CouldNotStart")]
        public static partial void CouldNotStart(Microsoft.Extensions.Logging.ILogger logger, string reason);

        [LoggerMessage(1004, LogLevel.Information, "Stopped; running attempts go on and are taken over by the next start", EventName = "Stopped")]
        public static partial void Stopped(Microsoft.Extensions.Logging.ILogger logger);
    }
}
