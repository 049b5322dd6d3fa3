using System.Net;
using System.Net.Http.Headers;
using Rigshift.Rules;

namespace Rigshift.Agent.Artifacts;

/// <summary>
/// Fetches one artifact into a .partial file, from where an earlier try or an earlier agent stopped, and gives it its
/// name only when its bytes have the right digest. There is no fsync: what the power took shows as a wrong digest, and every file
/// of an earlier agent is hashed again before it is used.
/// </summary>
internal sealed class ArtifactDownload(IBulkConnection bulk, ArtifactsOptions options, RateLimit limit, TimeProvider time)
{
    /// <summary>One try. A transient fault leaves what arrived for the next.</summary>
    public async ValueTask<TransferResult> TryAsync(Digest digest, long size, string partial, string target, CancellationToken cancellation)
    {
        try
        {
            using var file = File.OpenHandle(partial, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var length = RandomAccess.GetLength(file);
            if (length > size)
            {
                RandomAccess.SetLength(file, length = 0);
            }

            Digest found;
            await using (var sink = new HashingFile(file, length, size - length))
            {
                var result = length == size ? TransferResult.Done : await ReceiveAsync(digest, size, sink, cancellation);
                if (sink.DiskFault is null && result.Fault is { } fault)
                {
                    return fault.Reason == Reason.DigestMismatch ? Discard() : result;
                }

                found = await sink.FinishAsync();
            }

            if (found != digest)
            {
                return Discard();
            }
        }
        catch (Exception e) when (DiskFaults.IsOfTheDisk(e)) // The network's exceptions end in ReceiveAsync.
        {
            return new TransferResult(DiskFaults.Fault(e, partial), Retry: false);
        }

        return Publish(partial, target);

        TransferResult Discard()
        {
            File.Delete(partial);
            return TransferResult.Final(Reason.DigestMismatch, $"What arrived is not {digest}.");
        }
    }

    private static TransferResult Publish(string partial, string target)
    {
        try
        {
            File.Move(partial, target, overwrite: true);
            return TransferResult.Done;
        }
        catch (Exception e) when (DiskFaults.IsOfTheDisk(e)) // Reported with the path.
        {
            return new TransferResult(DiskFaults.Fault(e, target), Retry: false);
        }
    }

    private async ValueTask<TransferResult> ReceiveAsync(Digest digest, long size, HashingFile sink, CancellationToken cancellation)
    {
        using var watch = new IdleWatch(options.IdleTimeout, options.AnswerTimeout, time, cancellation);
        try
        {
            var client = bulk.Client;
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("v1/artifacts/" + digest, UriKind.Relative))
            {
                Version = VersionFor(client),
                VersionPolicy = client.DefaultVersionPolicy,
            };
            if (sink.Length > 0)
            {
                request.Headers.Range = new RangeHeaderValue(sink.Length, null);
            }

            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, watch.Token);
            if (Refusal(response, digest, size, sink.Length) is { } refusal)
            {
                return refusal;
            }

            await using var body = await response.Content.ReadAsStreamAsync(watch.Token);
            return await CopyAsync(body, size, sink, watch);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested) // The watch, or the client's own time-out.
        {
            return TransferResult.Transient(Reason.DownloadFailed, $"No byte of {digest} came for {options.IdleTimeout.TotalSeconds:0} s.");
        }
        // The network, or (InvalidOperation, ObjectDisposed) a client that has no coordinator yet or was just replaced. The
        // disk's own faults show at the sink.
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidOperationException) // See above.
        {
            return TransferResult.Transient(Reason.DownloadFailed, $"{digest}: {SafeText.ForMessage(e.Message)}");
        }
    }

    // One download is one stream of bytes: HTTP/2's frames and windows only add copies at both ends. Without TLS there is no
    // choosing, and the coordinator speaks what the client was made for.
    private static Version VersionFor(HttpClient client) => client.BaseAddress?.Scheme == Uri.UriSchemeHttps ? HttpVersion.Version11 : client.DefaultRequestVersion;

    private async ValueTask<TransferResult> CopyAsync(Stream body, long size, HashingFile sink, IdleWatch watch)
    {
        while (true)
        {
            watch.Moved();
            var memory = await sink.GetMemoryAsync(watch.Token);
            var read = await body.ReadAsync(memory, watch.Token);
            if (read == 0)
            {
                return sink.Length == size ? TransferResult.Done : TransferResult.Transient(Reason.DownloadFailed, $"The answer ended after {sink.Length} of {size} bytes.");
            }

            await sink.AdvanceAsync(read);
            if (sink.Length > size)
            {
                return TransferResult.Final(Reason.DigestMismatch, "More bytes come than the artifact has.");
            }

            if (options.DownloadBytesPerSecond > 0)
            {
                watch.Pause();
                await limit.TakeAsync(read, watch.Token);
            }
        }
    }

    private static TransferResult? Refusal(HttpResponseMessage response, Digest digest, long size, long offset)
    {
        var content = response.Content.Headers;
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => TransferResult.Final(Reason.ArtifactMissing, $"The coordinator does not have {digest}."),
            HttpStatusCode.OK when offset == 0 => Oversize(content.ContentLength),
            HttpStatusCode.PartialContent when content.ContentRange?.From == offset => Oversize(offset + content.ContentLength),
            // Ranges are not understood, or what is here is not the beginning of what is there: begin anew.
            HttpStatusCode.OK or HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable =>
                TransferResult.Final(Reason.DigestMismatch, $"The coordinator cannot go on with {digest} at byte {offset}."),
            _ => TransferResult.Transient(Reason.DownloadFailed, $"The coordinator answers {(int)response.StatusCode} for {digest}."),
        };

        TransferResult? Oversize(long? total) => total > size
            ? TransferResult.Final(Reason.DigestMismatch, $"{digest} has {total} bytes at the coordinator and {size} in the job.")
            : null;
    }
}
