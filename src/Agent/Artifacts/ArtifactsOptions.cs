namespace Rigshift.Agent.Artifacts;

/// <summary>Limits of the artifact cache and of its traffic.</summary>
internal sealed record ArtifactsOptions
{
    /// <summary>Bytes the cache may hold beyond what running attempts use. Null: 10 % of the disk, at most 20 GiB.</summary>
    public long? CacheQuotaBytes { get; init; }

    /// <summary>0: no limit.</summary>
    public long DownloadBytesPerSecond { get; init; }

    /// <summary>0: no limit. A rig that shares an uplink with dozens of others should have one.</summary>
    public long UploadBytesPerSecond { get; init; }

    /// <summary>A transfer in which no byte moves for this long is cut and begun again where it was.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Longest wait for the first byte of an answer; the coordinator may have to hash a large artifact first.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>First pause after a failure; it doubles, with full jitter, up to <see cref="RetryCap"/>.</summary>
    public TimeSpan RetryBase { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan RetryCap { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Failures in a row without one new byte after which a download is given up: about five minutes.</summary>
    public int DownloadRetries { get; init; } = 10;

    /// <summary>Artifacts on their way at once in a direction: small files must not cost a round trip each.</summary>
    public int ParallelTransfers { get; init; } = 4;
}
