using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Jobs;

/// <summary>
/// Takes the attempts up at start, then looks at their clocks once a second. This is the loop that must turn for the rig to keep its
/// promises, so it is the one that feeds the watchdog.
/// </summary>
internal sealed partial class AttemptClockService(Attempts attempts, ILifeSign life, TimeProvider time, ILogger<AttemptClockService> logger) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        // Before any session starts: what runs must be on the table when the coordinator asks.
        await attempts.RecoverAsync();
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await attempts.TickAsync();
            }
            catch (JournalException e) // The disk is full or sick; the clocks of running attempts must go on.
            {
                LogTickFailed(e.Reason, e);
            }

            life.Beat();
            await Task.Delay(Period, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(1430, LogLevel.Error, "Old attempts could not be thrown away: {Reason}", EventName = "TickFailed")]
    private partial void LogTickFailed(string reason, Exception e);
}
