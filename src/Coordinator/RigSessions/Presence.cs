using Rigshift.Coordinator.Store;
using Rigshift.Durable;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>Puts on record who is connected, so that the next start knows which rigs to wait for, also after a crash.</summary>
internal sealed partial class Presence(SessionTable sessions, RigStore rigs, TimeProvider time, ILogger<Presence> logger)
{
    // Well below the five minutes in which a rig counts as seen lately.
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                await RecordAsync();
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Log.PresenceStopped(logger); // The coordinator stops.
        }
    }

    private async Task RecordAsync()
    {
        try
        {
            await rigs.SeenAsync([.. sessions.All().Select(session => session.RigId)]);
        }
        catch (DurableException e) // The next minute tries again.
        {
            Log.PresenceNotRecorded(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3250, LogLevel.Debug, "PresenceStopped")]
        public static partial void PresenceStopped(ILogger logger);

        [LoggerMessage(3251, LogLevel.Warning, "PresenceNotRecorded")]
        public static partial void PresenceNotRecorded(ILogger logger, Exception e);
    }
}
