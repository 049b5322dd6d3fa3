using System.Security.Cryptography;
using Microsoft.Extensions.Logging.Abstractions;
using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Artifacts;

/// <summary>The artifact room on a directory of its own against a coordinator that the test plays.</summary>
internal sealed class ArtifactRig : IAsyncDisposable
{
    private readonly TempDirectory directory = new();
    private readonly HttpClient client;
    private int next;

    public ArtifactRig(Func<FaultyExchange, Task> answer, ArtifactsOptions? options = null, TimeProvider? time = null, string? stateDir = null)
    {
        Server = new FaultyServer(answer);
        client = new HttpClient { BaseAddress = Server.Url, Timeout = Timeout.InfiniteTimeSpan };
        State = StateDirectory.Open(stateDir ?? directory.File("state"));
        Options = options ?? new ArtifactsOptions { RetryBase = TimeSpan.FromMilliseconds(1), RetryCap = TimeSpan.FromMilliseconds(5), CacheQuotaBytes = 1L << 30 };
        Time = time ?? TimeProvider.System;
        (Cache, Store) = NewAgent();
    }

    public FaultyServer Server { get; }

    public StateDirectory State { get; }

    public ArtifactsOptions Options { get; }

    public TimeProvider Time { get; }

    public ArtifactCache Cache { get; private set; }

    public ArtifactStore Store { get; private set; }

    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        var state = (uint)seed;
        for (var i = 0; i < count; i++)
        {
            state = (state * 1664525) + 1013904223;
            bytes[i] = (byte)(state >> 24);
        }

        return bytes;
    }

    public static InputArtifact Input(byte[] bytes, string path = "file", bool executable = false) =>
        new(path, Digest.FromHash(SHA256.HashData(bytes)), bytes.Length, executable);

    /// <summary>What a restart of the agent leaves: the disk, and nothing else.</summary>
    public void Restart() => (Cache, Store) = NewAgent();

    public AttemptPaths NewAttempt(out AttemptId id)
    {
        id = new AttemptId(new Guid(++next, 0, 0, new byte[8]));
        var paths = State.AttemptPaths(id);
        Directory.CreateDirectory(paths.Input);
        Directory.CreateDirectory(paths.Output);
        return paths;
    }

    public async Task<(ArtifactFault? Fault, AttemptPaths Paths)> PrepareAsync(CancellationToken cancellation, params InputArtifact[] inputs)
    {
        var paths = NewAttempt(out var id);
        return (await Store.PrepareAsync(id, inputs, paths, cancellation), paths);
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await Server.DisposeAsync();
        directory.Dispose();
    }

    private (ArtifactCache Cache, ArtifactStore Store) NewAgent()
    {
        var bulk = new Bulk(client);
        var cache = new ArtifactCache(State, Options, Time, NullLogger<ArtifactCache>.Instance);
        var download = new ArtifactDownload(bulk, Options, new RateLimit(Options.DownloadBytesPerSecond, Time), Time);
        var upload = new ArtifactUpload(bulk, Options, new RateLimit(Options.UploadBytesPerSecond, Time), Time);
        var fetcher = new ArtifactFetcher(cache, download, Options, Time, NullLogger<ArtifactFetcher>.Instance);
        return (cache, new ArtifactStore(cache, fetcher, upload, Options, Time, NullLogger<ArtifactStore>.Instance));
    }

    private sealed class Bulk(HttpClient client) : IBulkConnection
    {
        public HttpClient Client => client;
    }
}
