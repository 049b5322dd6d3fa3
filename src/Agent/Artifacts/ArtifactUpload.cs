using System.Globalization;
using System.Net;
using Microsoft.Win32.SafeHandles;
using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Artifacts;

/// <summary>
/// Sends one output to the coordinator, from where it says it has it. Only its word that all is there and verified ends it;
/// every other answer is tried again, but those that can never pass.
/// </summary>
internal sealed class ArtifactUpload(IBulkConnection bulk, ArtifactsOptions options, RateLimit limit, TimeProvider time)
{
    private const string OffsetHeader = "Upload-Offset";

    // Below this, asking first costs more than sending.
    private const long AskAboveBytes = 64 * 1024;

    public async ValueTask<TransferResult> TryAsync(string root, OutputArtifact output, bool first, CancellationToken cancellation)
    {
        if (!ArtifactPath.TryCreate(output.Path, out var path, out var clause))
        {
            return TransferResult.Final(Reason.OutputUnsafePath, $"The output '{SafeText.ForMessage(output.Path)}' {clause}.");
        }

        using var watch = new IdleWatch(options.IdleTimeout, options.AnswerTimeout, time, cancellation);
        try
        {
            var (file, fault) = OutputFile.Open(root, path);
            if (file is null)
            {
                return new TransferResult(fault, Retry: false);
            }

            using (file)
            {
                return await SendAsync(file, output, first, watch);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested) // The watch, or the client's own time-out.
        {
            return TransferResult.Transient(Reason.UploadFailed, $"No byte of '{path}' went out for {options.IdleTimeout.TotalSeconds:0} s.");
        }
        catch (HttpRequestException e) when (e.InnerException is EndOfStreamException) // Ours, from UploadContent.
        {
            return TransferResult.Final(Reason.DiskError, $"The output '{path}' is shorter than when it was collected.");
        }
        // The link comes back. InvalidOperation, ObjectDisposed: the client has no coordinator yet, or was just replaced.
        catch (Exception e) when (e is HttpRequestException or IOException or UnauthorizedAccessException or InvalidOperationException) // See above.
        {
            return TransferResult.Transient(Reason.UploadFailed, $"'{path}': {SafeText.ForMessage(e.Message)}");
        }
    }

    private async ValueTask<TransferResult> SendAsync(SafeFileHandle file, OutputArtifact output, bool first, IdleWatch watch)
    {
        long offset = 0;
        if (!first || output.SizeBytes > AskAboveBytes)
        {
            using var answer = await RequestAsync(HttpMethod.Head, output.Digest, null, 0, watch);
            if (answer.StatusCode == HttpStatusCode.OK)
            {
                return TransferResult.Done;
            }

            if (answer.StatusCode != HttpStatusCode.NotFound)
            {
                return Refusal(answer, output, first);
            }

            offset = OffsetOf(answer, output.SizeBytes) ?? 0;
        }

        var resumed = offset > 0;
        while (true)
        {
            using var content = new UploadContent(file, offset, output.SizeBytes, limit, watch);
            using var answer = await RequestAsync(HttpMethod.Put, output.Digest, content, offset, watch);
            if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created or HttpStatusCode.NoContent)
            {
                return TransferResult.Done;
            }

            // What it had from an earlier try may have been the wrong part; it has dropped that, and all of it comes anew.
            if (answer.StatusCode == HttpStatusCode.UnprocessableEntity && resumed)
            {
                resumed = false;
                offset = 0;
                continue;
            }

            // Straight on only when it has moved: a coordinator that takes nothing gets a pause.
            if (answer.StatusCode != HttpStatusCode.PermanentRedirect || OffsetOf(answer, output.SizeBytes) is not { } next || next <= offset)
            {
                return Refusal(answer, output, first);
            }

            offset = next;
        }
    }

    private async Task<HttpResponseMessage> RequestAsync(HttpMethod method, Digest digest, HttpContent? content, long offset, IdleWatch watch)
    {
        var client = bulk.Client;
        using var request = new HttpRequestMessage(method, new Uri("v1/artifacts/" + digest, UriKind.Relative))
        {
            Version = client.DefaultRequestVersion,
            VersionPolicy = client.DefaultVersionPolicy,
            Content = content,
        };
        if (content is not null)
        {
            request.Headers.Add(OffsetHeader, offset.ToString(CultureInfo.InvariantCulture));
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, watch.Token);
    }

    private static TransferResult Refusal(HttpResponseMessage answer, OutputArtifact output, bool first) => (int)answer.StatusCode switch
    {
        // Asked twice: should the coordinator then want the bytes after all, there is a pause in each round.
        403 when !first => TransferResult.Final(Reason.FenceStale, $"The coordinator takes '{output.Path}' no more: the attempt is not the job's."),
        413 => TransferResult.Final(Reason.OutputTooLarge, $"The coordinator refuses '{output.Path}' with {output.SizeBytes} bytes as too large."),
        422 => TransferResult.Final(Reason.DigestMismatch, $"'{output.Path}' has other bytes than when it was collected."),
        507 => TransferResult.Transient(Reason.DiskFull, $"The coordinator's disk is full; '{output.Path}' waits."),
        var status => TransferResult.Transient(Reason.UploadFailed, $"The coordinator answers {status} for '{output.Path}'."),
    };

    private static long? OffsetOf(HttpResponseMessage answer, long size) =>
        answer.Headers.TryGetValues(OffsetHeader, out var values)
        && long.TryParse(values.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)
        && offset <= size
            ? offset
            : null;
}
