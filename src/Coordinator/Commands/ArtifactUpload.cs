using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using Rigshift.Coordinator.JobFiles;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary>Sends a job's files to the coordinator: each digest once, from where a broken upload ended, nothing that is there.</summary>
internal sealed class ArtifactUpload(HttpClient bulk, TimeProvider time, Action<ulong, ulong> progress)
{
    private const string OffsetHeader = "Upload-Offset";

    // Hides the round trip of asking for each of many small files.
    private const int Parallelism = 4;

    // With the waits below a coordinator's restart is outlived.
    private const int MaxTries = 8;

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(250);

    private ulong done;
    private ulong total;

    /// <summary>The digest of each file, in order, once all of them are at the coordinator.</summary>
    public async Task<IReadOnlyList<Digest>> SendAsync(IReadOnlyList<LocalFile> files, CancellationToken cancellation)
    {
        var digests = new Digest[files.Count];
        await Parallel.ForEachAsync(Enumerable.Range(0, files.Count), Options(cancellation), async (i, token) => digests[i] = await HashAsync(files[i], token));
        var distinct = files.Zip(digests).DistinctBy(f => f.Second).ToList();
        total = distinct.Aggregate(0UL, (sum, f) => sum + (ulong)f.First.SizeBytes);
        await Parallel.ForEachAsync(distinct, Options(cancellation), async (file, token) => await SendOneAsync(file.First, file.Second, token));
        return digests;
    }

    private static ParallelOptions Options(CancellationToken cancellation) => new() { MaxDegreeOfParallelism = Parallelism, CancellationToken = cancellation };

    // A special file has no length either, and opening a pipe would wait for ever.
    private static Stream Open(LocalFile file) => file.SizeBytes == 0 ? Stream.Null : File.OpenRead(file.FullName);

    private static async Task<Digest> HashAsync(LocalFile file, CancellationToken cancellation)
    {
        await using var stream = Open(file);
        return Digest.FromHash(await SHA256.HashDataAsync(stream, cancellation));
    }

    private async Task SendOneAsync(LocalFile file, Digest digest, CancellationToken cancellation)
    {
        var wait = FirstWait;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await TrySendAsync(file, digest, cancellation))
                {
                    return;
                }
            }
            catch (Exception fault) when (attempt < MaxTries && !cancellation.IsCancellationRequested
                && fault is HttpRequestException { StatusCode: null or >= HttpStatusCode.InternalServerError } or HttpIOException)
            {
                // A cut connection or a restart of the coordinator: go on from what it has.
            }
            catch (HttpRequestException fault) when (fault.StatusCode is null)
            {
                throw new CommandException(ExitCode.NotReachable, $"The coordinator is not reachable: {SafeText.ForMessage(fault.Message)}", fault);
            }

            if (attempt >= MaxTries)
            {
                throw new CommandException(ExitCode.Failed, $"{SafeText.ForMessage(file.FullName)} could not be uploaded: the coordinator took only a part of it, {MaxTries} times. Try again.");
            }

            await Task.Delay(wait, time, cancellation);
            wait *= 2;
        }
    }

    // True when all of it is there; false when the coordinator wants more than it took.
    private async Task<bool> TrySendAsync(LocalFile file, Digest digest, CancellationToken cancellation)
    {
        var address = new Uri($"/v1/artifacts/{digest}", UriKind.Relative);
        long offset;
        using (var head = new HttpRequestMessage(HttpMethod.Head, address))
        using (var reply = await bulk.SendAsync(head, cancellation))
        {
            if (reply.StatusCode is HttpStatusCode.OK)
            {
                Report((ulong)file.SizeBytes);
                return true;
            }

            Refuse(reply, file, HttpStatusCode.NotFound);
            offset = Math.Clamp(OffsetOf(reply), 0, file.SizeBytes);
        }

        await using var stream = Open(file);
        if (offset > 0)
        {
            stream.Position = offset;
        }

        using var put = new HttpRequestMessage(HttpMethod.Put, address) { Content = new StreamContent(new CountingStream(stream, Report)) };
        put.Content.Headers.ContentLength = file.SizeBytes - offset;
        put.Headers.Add(OffsetHeader, offset.ToString(CultureInfo.InvariantCulture));
        using var answer = await bulk.SendAsync(put, cancellation);
        if (answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created)
        {
            return true;
        }

        Refuse(answer, file, HttpStatusCode.PermanentRedirect);
        return false;
    }

    private static long OffsetOf(HttpResponseMessage reply) =>
        reply.Headers.TryGetValues(OffsetHeader, out var values) && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var offset) ? offset : 0;

    private static void Refuse(HttpResponseMessage reply, LocalFile file, HttpStatusCode expected)
    {
        if (reply.StatusCode == expected)
        {
            return;
        }

        var name = SafeText.ForMessage(file.FullName);
        throw reply.StatusCode switch
        {
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => new CommandException(ExitCode.NotPermitted, "The coordinator does not permit uploads with these credentials. Use the operator.json of its state directory (--credentials)."),
            HttpStatusCode.RequestEntityTooLarge => new CommandException(ExitCode.Failed, $"{name} is larger than the coordinator takes. Raise Storage:MaxArtifactBytes there, or split the file."),
            HttpStatusCode.InsufficientStorage => new CommandException(ExitCode.Failed, $"The coordinator's disk is full: {name} could not be uploaded. Free space there."),
            >= HttpStatusCode.InternalServerError => new HttpRequestException($"The coordinator answered {(int)reply.StatusCode} to the upload of {name}. Its log has more.", null, reply.StatusCode),
            _ => new CommandException(ExitCode.Failed, $"The coordinator refused {name} ({(int)reply.StatusCode}). If the file changes while it is read, submit again when it is complete."),
        };
    }

    private void Report(ulong bytes) => progress(Interlocked.Add(ref done, bytes), total);
}
