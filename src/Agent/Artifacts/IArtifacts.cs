using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Artifacts;

/// <summary>Content-addressed bytes: in for inputs, out for outputs.</summary>
internal interface IArtifacts
{
    /// <summary>
    /// Lays every input out below the attempt's input directory: from the cache, or fetched, resumed, verified. What it uses stays in
    /// the cache until Release.
    /// </summary>
    ValueTask<ArtifactFault?> PrepareAsync(AttemptId attempt, IReadOnlyList<InputArtifact> inputs, AttemptPaths paths, CancellationToken cancellation);

    /// <summary>Walks the output directory after the program has ended and hashes what matches; nothing unsafe is followed.</summary>
    ValueTask<CollectResult> CollectAsync(AttemptPaths paths, IReadOnlyList<string> patterns, long maxBytes, CancellationToken cancellation);

    /// <summary>
    /// Uploads what the coordinator does not have yet. Retries for ever; ends by cancellation, when all is there, or with
    /// <see cref="Reason.FenceStale"/> when the coordinator takes nothing of this attempt any more.
    /// </summary>
    ValueTask<ArtifactFault?> UploadAsync(AttemptPaths paths, IReadOnlyList<OutputArtifact> outputs, CancellationToken cancellation);

    /// <summary>The attempt needs its inputs no more; the cache may evict them. May be repeated.</summary>
    void Release(AttemptId attempt);

    /// <summary>Digests that are on disk, most recently used first.</summary>
    IReadOnlyList<Digest> Warm(int limit);
}

internal sealed record ArtifactFault(string Reason, string Detail);

/// <summary>The outputs, or why they cannot be taken.</summary>
internal sealed record CollectResult(IReadOnlyList<OutputArtifact> Outputs, ArtifactFault? Fault);

/// <summary>The bulk connection to the coordinator, made by the session's room: mutual TLS, its own handler, rate-shaped here.</summary>
internal interface IBulkConnection
{
    /// <summary>Base address set. The same instance until the identity or the connection is replaced: fetch it for each request.</summary>
    HttpClient Client { get; }
}
