namespace Rigshift.Rules;

/// <summary>Sizes that both ends hold each other to (docs/protocol.md).</summary>
public static class ProtocolLimits
{
    /// <summary>The protocol version this build speaks, minor of rigshift.v1.</summary>
    public const uint Version = 1;

    /// <summary>Bytes of a control message.</summary>
    public const int MaxControlMessageBytes = 64 * 1024;

    /// <summary>Bytes of Hello, HelloAck, Assign and of a unary call.</summary>
    public const int MaxLargeMessageBytes = 1024 * 1024;

    /// <summary>Bytes of log data in one Append.</summary>
    public const int MaxLogChunkBytes = 48 * 1024;

    /// <summary>Results that Hello repeats to a coordinator that may have lost them.</summary>
    public const int MaxRecentlyAcked = 1000;

    /// <summary>Characters of a detail sentence.</summary>
    public const int MaxDetailLength = 1024;

    /// <summary>Files of one attempt's outputs.</summary>
    public const int MaxOutputs = 10_000;

    /// <summary>
    /// UTF-8 bytes of all output paths together, <see cref="OutputOverheadBytes"/> added for each: a result has to fit in one message, or it
    /// could never be sent.
    /// </summary>
    public const int MaxManifestBytes = MaxLargeMessageBytes - (16 * 1024);

    /// <summary>What an output takes in a result beside its path: digest, size, tags.</summary>
    public const int OutputOverheadBytes = 96;

    /// <summary>How long a rig whose certificate has ended may still renew it.</summary>
    public static readonly TimeSpan RenewAfterExpiry = TimeSpan.FromDays(90);

    public static readonly TimeSpan CertificateLife = TimeSpan.FromDays(7);
}
