namespace Rigshift.Coordinator.ArtifactApi;

/// <summary>Throws away uploads that nobody goes on with, at the start and once a day.</summary>
internal sealed partial class ShelfKeeping(ArtifactShelf shelf, TimeProvider time, ILogger<ShelfKeeping> logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    /// <summary>As long as a rig remembers what was acknowledged: an upload that was broken off longer ago begins anew.</summary>
    private static readonly TimeSpan StaleAfter = TimeSpan.FromDays(7);

    public async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                await ForgetAsync(cancellation);
            }
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Log.KeepingStopped(logger); // The coordinator stops.
        }
    }

    private async Task ForgetAsync(CancellationToken cancellation)
    {
        try
        {
            var gone = await shelf.ForgetStaleAsync(time.GetUtcNow() - StaleAfter, cancellation);
            if (gone > 0)
            {
                Log.StaleUploadsForgotten(logger, gone);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // Tomorrow is another day.
        {
            Log.KeepingFailed(logger, e);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3610, LogLevel.Information, "StaleUploadsForgotten {Count}")]
        public static partial void StaleUploadsForgotten(ILogger logger, int count);

        [LoggerMessage(3611, LogLevel.Warning, "KeepingFailed")]
        public static partial void KeepingFailed(ILogger logger, Exception e);

        [LoggerMessage(3612, LogLevel.Debug, "KeepingStopped")]
        public static partial void KeepingStopped(ILogger logger);
    }
}
