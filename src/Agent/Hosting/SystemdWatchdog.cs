using System.Globalization;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Hosting;

/// <summary>
/// Tells systemd that the agent lives, for as long as its control loop does. A process that answers while its loop is stuck
/// would look healthy for ever; without our sign systemd ends it after WatchdogSec and starts a new one.
/// </summary>
internal sealed partial class SystemdWatchdog(ISystemdNotifier notifier, LifeSign life, TimeSpan limit, TimeProvider time, ILogger<SystemdWatchdog> log)
    : BackgroundService
{
    private static readonly ServiceState Alive = new("WATCHDOG=1");

    /// <summary>WatchdogSec of the unit, or null when systemd does not watch this process.</summary>
    public static TimeSpan? LimitFromEnvironment() =>
        long.TryParse(Environment.GetEnvironmentVariable("WATCHDOG_USEC"), CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : null;

    private bool wasSilent;

    /// <summary>Feeds systemd, unless the control loop has gone silent.</summary>
    public void Tick()
    {
        var silent = life.IsSilent;
        if (!silent)
        {
            notifier.Notify(Alive);
        }
        else if (!wasSilent)
        {
            Log.LoopFellSilent(log, ILifeSign.MaxSilence.TotalSeconds, limit.TotalSeconds);
        }

        wasSilent = silent;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(limit / 3, time);
        try
        {
            do
            {
                Tick();
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException) // The host stops; systemd's stop time-out takes over from here.
        {
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Error, "The control loop has not turned for {SilenceS} s. If it stays so, systemd restarts the agent within {LimitS} s; running attempts go on.", EventName = "LoopFellSilent")]
        public static partial void LoopFellSilent(ILogger logger, double silenceS, double limitS);
    }
}
