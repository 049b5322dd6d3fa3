using Microsoft.Extensions.Logging;
using Polly;
using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Artifacts;

/// <inheritdoc cref="IArtifacts"/>
internal sealed partial class ArtifactStore : IArtifacts
{
    private readonly ArtifactCache cache;
    private readonly ArtifactFetcher fetcher;
    private readonly ArtifactUpload upload;
    private readonly ArtifactsOptions options;
    private readonly ResiliencePipeline<TransferResult> retry;

    public ArtifactStore(ArtifactCache cache, ArtifactFetcher fetcher, ArtifactUpload upload, ArtifactsOptions options, TimeProvider time, ILogger<ArtifactStore> logger)
    {
        this.cache = cache;
        this.fetcher = fetcher;
        this.upload = upload;
        this.options = options;
        retry = TransferRetry.Create(options, int.MaxValue, time, (result, pause) => Log.UploadRetried(logger, result.Fault!.Detail, pause.TotalSeconds)); // Only faults are retried.
    }

    public async ValueTask<ArtifactFault?> PrepareAsync(AttemptId attempt, IReadOnlyList<InputArtifact> inputs, AttemptPaths paths, CancellationToken cancellation)
    {
        cache.Pin(attempt, inputs.Select(input => input.Digest));
        try
        {
            Directory.CreateDirectory(paths.Input);
        }
        catch (Exception e) when (DiskFaults.IsOfTheDisk(e)) // Reported with the path.
        {
            return DiskFaults.Fault(e, paths.Input);
        }

        return await ForEachAsync(inputs, (input, token) => PlaceAsync(input, paths, token), cancellation);
    }

    // On the thread pool: it hashes, and the caller's loop has better things to do.
    public async ValueTask<CollectResult> CollectAsync(AttemptPaths paths, IReadOnlyList<string> patterns, long maxBytes, CancellationToken cancellation) =>
        await Task.Run(() => OutputCollection.Collect(paths.Output, patterns, maxBytes, cancellation), cancellation);

    public async ValueTask<ArtifactFault?> UploadAsync(AttemptPaths paths, IReadOnlyList<OutputArtifact> outputs, CancellationToken cancellation) =>
        await ForEachAsync(outputs.DistinctBy(output => output.Digest), (output, token) => UploadOneAsync(paths, output, token), cancellation);

    public void Release(AttemptId attempt) => cache.Release(attempt);

    public IReadOnlyList<Digest> Warm(int limit) => cache.Warm(limit);

    private async ValueTask<ArtifactFault?> PlaceAsync(InputArtifact input, AttemptPaths paths, CancellationToken cancellation)
    {
        // Twice: a cached file may have been deleted behind our back since it was verified.
        for (var last = false; ; last = true)
        {
            if (await fetcher.EnsureAsync(input.Digest, input.SizeBytes, cancellation) is { } fault)
            {
                return fault;
            }

            try
            {
                return await Task.Run(() => InputLayout.Place(input, cache.PathOf(input.Digest), paths, cancellation), cancellation);
            }
            catch (FileNotFoundException) when (!last) // Fetched anew in the second round.
            {
                cache.Drop(input.Digest);
            }
            catch (Exception e) when (DiskFaults.IsOfTheDisk(e)) // Reported with the path.
            {
                return DiskFaults.Fault(e, paths.Input);
            }
        }
    }

    private async ValueTask<ArtifactFault?> UploadOneAsync(AttemptPaths paths, OutputArtifact output, CancellationToken cancellation)
    {
        var first = true;
        var result = await retry.ExecuteAsync(
            token =>
            {
                var now = first;
                first = false;
                return upload.TryAsync(paths.Output, output, now, token);
            },
            cancellation);
        return result.Fault;
    }

    /// <summary>Several at once; the first fault stops the rest.</summary>
    private async ValueTask<ArtifactFault?> ForEachAsync<T>(IEnumerable<T> items, Func<T, CancellationToken, ValueTask<ArtifactFault?>> work, CancellationToken cancellation)
    {
        ArtifactFault? first = null;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.ParallelTransfers, CancellationToken = stop.Token };
            await Parallel.ForEachAsync(items, parallel, async (item, token) =>
            {
                if (await work(item, token) is { } fault && Interlocked.CompareExchange(ref first, fault, null) is null)
                {
                    await stop.CancelAsync();
                }
            });
        }
        catch (OperationCanceledException) when (first is not null && !cancellation.IsCancellationRequested) // We stopped the others.
        {
        }

        return first;
    }

    private static partial class Log
    {
        [LoggerMessage(1620, LogLevel.Warning, "Upload failed, trying again in {PauseS:0.0} s: {Detail}")]
        public static partial void UploadRetried(ILogger logger, string detail, double pauseS);
    }
}
