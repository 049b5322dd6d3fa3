namespace Rigshift.Agent.Storage;

/// <summary>Where the state lies and how much disk is set aside for it.</summary>
internal sealed record StorageOptions
{
    public required string StateDir { get; init; }

    /// <summary>
    /// Disk kept in reserve so that results can still be put on record when a job, or the miner, has filled the disk. 0: none.
    /// </summary>
    public long BallastBytes { get; init; } = 256L << 20;

    /// <summary>No ballast on a disk that has less than this many times the ballast free: there it would be the problem.</summary>
    public int BallastFreeFactor { get; init; } = 8;

    /// <summary>How long cancelled attempts are remembered. Longer than any assignment can be on its way.</summary>
    public TimeSpan TombstoneLife { get; init; } = TimeSpan.FromDays(7);

    /// <summary>Newest tombstones kept, whatever their age, so that a coordinator gone mad cannot fill the disk.</summary>
    public int MaxTombstones { get; init; } = 10_000;
}
