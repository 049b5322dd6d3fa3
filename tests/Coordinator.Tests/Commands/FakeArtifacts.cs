using System.Net;
using System.Security.Cryptography;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Tests.Commands;

/// <summary>The coordinator's artifact paths in memory, with the faults that a test asks for.</summary>
internal sealed class FakeArtifacts : HttpMessageHandler
{
    private readonly Dictionary<string, byte[]> parts = [];

    /// <summary>Finished artifacts by digest.</summary>
    public Dictionary<string, byte[]> Stored { get; } = [];

    public List<string> Calls { get; } = [];

    /// <summary>Takes at most this many bytes per PUT.</summary>
    public int TakeAtMost { get; set; } = int.MaxValue;

    /// <summary>Cuts the connection in the first PUTs.</summary>
    public int Cuts { get; set; }

    public HttpClient Client() => new(this, disposeHandler: false) { BaseAddress = new Uri("https://coordinator.test") };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var digest = Uri.UnescapeDataString(request.RequestUri!.Segments[^1]); // HttpClient sets it.
        lock (Calls)
        {
            Calls.Add($"{request.Method} {digest}");
        }

        if (request.Method == HttpMethod.Get)
        {
            return Stored.TryGetValue(digest, out var found)
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = new ByteArrayContent(found) }
                : new HttpResponseMessage(HttpStatusCode.NotFound);
        }

        if (request.Method == HttpMethod.Head)
        {
            return Stored.ContainsKey(digest) ? new HttpResponseMessage(HttpStatusCode.OK) : Offset(HttpStatusCode.NotFound, digest);
        }

        var body = await request.Content!.ReadAsByteArrayAsync(cancellationToken); // A PUT has content.
        var offset = int.Parse(request.Headers.GetValues("Upload-Offset").Single(), System.Globalization.CultureInfo.InvariantCulture);
        Assert.That(offset, Is.EqualTo(parts.GetValueOrDefault(digest, []).Length), "an upload goes on where it was");
        parts[digest] = [.. parts.GetValueOrDefault(digest, []), .. body.Take(TakeAtMost)];
        if (Cuts-- > 0)
        {
            throw new HttpRequestException("The connection was cut.");
        }

        if (body.Length > TakeAtMost)
        {
            return Offset(HttpStatusCode.PermanentRedirect, digest);
        }

        if (Digest.FromHash(SHA256.HashData(parts[digest])).ToString() != digest)
        {
            return new HttpResponseMessage(HttpStatusCode.UnprocessableEntity);
        }

        Stored[digest] = parts[digest];
        return new HttpResponseMessage(HttpStatusCode.Created);
    }

    private HttpResponseMessage Offset(HttpStatusCode code, string digest)
    {
        var reply = new HttpResponseMessage(code);
        reply.Headers.Add("Upload-Offset", $"{parts.GetValueOrDefault(digest, []).Length}");
        return reply;
    }
}
