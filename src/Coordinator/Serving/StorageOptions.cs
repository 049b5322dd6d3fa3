namespace Rigshift.Coordinator.Serving;

/// <summary>Limits of what is kept on disk.</summary>
internal sealed class StorageOptions
{
    /// <summary>Bytes of the largest artifact that is taken.</summary>
    public long MaxArtifactBytes { get; set; } = 64L << 30;

    /// <summary>Bytes of log kept per attempt; what comes after is refused, the job goes on.</summary>
    public long LogBytesPerAttempt { get; set; } = 64L << 20;
}
