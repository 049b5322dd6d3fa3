using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Agent.Sessions.Identity;
using Rigshift.Agent.Sessions.Transport;

namespace Rigshift.Agent.Sessions.Logs;

/// <summary>Follows the logs of all attempts and sends them on the bulk connection. Nothing waits for it.</summary>
internal sealed partial class LogUploadService(
    IAttempts attempts, BulkConnection bulk, SessionOptions options, TimeProvider time, ILogger<LogUploadService> logger) : BackgroundService
{
    /// <summary>Chunks on their way at once, of all attempts.</summary>
    private const int Turns = 8;

    private readonly Lock gate = new();
    private readonly Dictionary<AttemptId, LogUpload> uploads = [];
    private readonly Dictionary<AttemptId, Task> running = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var turns = new SemaphoreSlim(Turns);
        var pipeline = Resilience.Log(time);
        while (!stoppingToken.IsCancellationRequested)
        {
            var seen = attempts.Version;
            foreach (var source in attempts.Logs())
            {
                Follow(source, pipeline, turns, stoppingToken);
            }

            try
            {
                await attempts.WaitForChangeAsync(seen, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                break; // The service stops; what was not sent is on disk.
            }
        }

        await Task.WhenAll(Running());
    }

    private List<Task> Running()
    {
        lock (gate)
        {
            return [.. running.Values];
        }
    }

    private void Follow(LogSource source, Polly.ResiliencePipeline pipeline, SemaphoreSlim turns, CancellationToken stopping)
    {
        lock (gate)
        {
            if (uploads.TryGetValue(source.Id, out var present))
            {
                if (source.Ended)
                {
                    present.ProgramEnded();
                }

                return;
            }

            var upload = new LogUpload(source, bulk, options, pipeline, time);
            uploads[source.Id] = upload;
            running[source.Id] = Task.Run(() => SendAsync(source.Id, upload, turns, stopping), CancellationToken.None);
        }
    }

    private async Task SendAsync(AttemptId id, LogUpload upload, SemaphoreSlim turns, CancellationToken stopping)
    {
        try
        {
            await upload.RunAsync(turns, stopping);
            attempts.LogsSent(id);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The service stops; the next start goes on where the coordinator is.
        }
        catch (Exception e) // A log is never worth an attempt, nor the agent.
        {
            Log.UploadFaulted(logger, e, id);
            attempts.LogsSent(id);
        }
        finally
        {
            lock (gate)
            {
                uploads.Remove(id);
                running.Remove(id);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1340, LogLevel.Error, "Log of attempt {Attempt} was given up after a fault")]
        public static partial void UploadFaulted(ILogger logger, Exception exception, AttemptId attempt);
    }
}
