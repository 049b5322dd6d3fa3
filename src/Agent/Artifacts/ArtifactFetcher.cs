using Microsoft.Extensions.Logging;
using Polly;
using Rigshift.Agent.Storage;
using Rigshift.Rules;

namespace Rigshift.Agent.Artifacts;

/// <summary>Makes an artifact be in the cache, verified. Whoever wants the same one at the same time waits for one fetch.</summary>
internal sealed partial class ArtifactFetcher
{
    private readonly ArtifactCache cache;
    private readonly ArtifactDownload download;
    private readonly ResiliencePipeline<TransferResult> retry;
    private readonly Lock gate = new();
    private readonly Dictionary<Digest, Flight> flights = [];

    public ArtifactFetcher(ArtifactCache cache, ArtifactDownload download, ArtifactsOptions options, TimeProvider time, ILogger<ArtifactFetcher> logger)
    {
        this.cache = cache;
        this.download = download;
        retry = TransferRetry.Create(options, options.DownloadRetries, time, (result, pause) => Log.DownloadRetried(logger, result.Fault!.Detail, pause.TotalSeconds)); // Only faults are retried.
    }

    public async ValueTask<ArtifactFault?> EnsureAsync(Digest digest, long size, CancellationToken cancellation)
    {
        if (cache.Find(digest) is { Verified: true })
        {
            cache.Touch(digest);
            return null;
        }

        var flight = Join(digest, size);
        try
        {
            return await flight.Result.WaitAsync(cancellation);
        }
        finally
        {
            Leave(digest, flight);
        }
    }

    private Flight Join(Digest digest, long size)
    {
        lock (gate)
        {
            if (!flights.TryGetValue(digest, out var flight) || flight.Abandoned)
            {
                flights[digest] = flight = new Flight(flight, stop => FetchAsync(digest, size, stop).AsTask());
            }

            flight.Users++;
            return flight;
        }
    }

    // The last one who leaves stops it; what has arrived stays for the next.
    private void Leave(Digest digest, Flight flight)
    {
        lock (gate)
        {
            if (--flight.Users > 0)
            {
                return;
            }

            flight.Dispose();
            if (flight.Result.IsCompleted && flights.GetValueOrDefault(digest) == flight)
            {
                flights.Remove(digest);
            }
        }
    }

    private async ValueTask<ArtifactFault?> FetchAsync(Digest digest, long size, CancellationToken cancellation)
    {
        var path = cache.PathOf(digest);
        try
        {
            if (cache.Find(digest) is { Verified: true })
            {
                return null;
            }

            if (!FileHash.Matches(path, digest, size, cancellation))
            {
                cache.Drop(digest);
                StateDirectory.CreatePrivate(Path.GetDirectoryName(path)!); // A path below the cache.
                cache.Reserve(size);
                if (await DownloadAsync(digest, size, path, cancellation) is { } fault)
                {
                    return fault;
                }
            }
        }
        catch (Exception e) when (DiskFaults.IsOfTheDisk(e)) // Reported with the path.
        {
            return DiskFaults.Fault(e, path);
        }

        cache.Add(digest, size);
        return null;
    }

    private async ValueTask<ArtifactFault?> DownloadAsync(Digest digest, long size, string path, CancellationToken cancellation)
    {
        var partial = cache.PartialOf(digest);
        var mayMismatch = true;
        while (true)
        {
            var before = LengthOf(partial);
            var result = await retry.ExecuteAsync(token => download.TryAsync(digest, size, partial, path, token), cancellation);
            if (result.Fault is not { } fault)
            {
                return null;
            }

            // A coordinator that keeps sending, however haltingly, is not given up.
            var again = (result.Retry && LengthOf(partial) > before)
                || (fault.Reason == Reason.DigestMismatch && mayMismatch)
                || (fault.Reason == Reason.DiskFull && cache.EvictAll());
            mayMismatch &= fault.Reason != Reason.DigestMismatch;
            if (!again)
            {
                return fault;
            }
        }
    }

    private static long LengthOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    /// <summary>A fetch and how many wait for it. One that everybody left is stopped, and its successor waits until it has let go of the file.</summary>
    private sealed class Flight : IDisposable
    {
        private readonly CancellationTokenSource stop = new();

        public Flight(Flight? before, Func<CancellationToken, Task<ArtifactFault?>> fetch)
        {
            var token = stop.Token;
            // Task.Run: the lock must not be held while an old file is hashed.
            Result = Task.Run(
                async () =>
                {
                    if (before is not null)
                    {
                        await before.Result.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
                    }

                    return await fetch(token);
                },
                CancellationToken.None);
        }

        public Task<ArtifactFault?> Result { get; }

        public int Users { get; set; }

        public bool Abandoned { get; private set; }

        public void Dispose()
        {
            Abandoned = true;
            stop.Cancel();
            stop.Dispose();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1610, LogLevel.Warning, "Download failed, trying again in {PauseS:0.0} s: {Detail}")]
        public static partial void DownloadRetried(ILogger logger, string detail, double pauseS);
    }
}
