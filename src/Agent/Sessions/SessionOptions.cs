namespace Rigshift.Agent.Sessions;

/// <summary>What a rig's owner can set about the connection; everything else comes from the coordinator's terms.</summary>
internal sealed class SessionOptions
{
    public const string Section = "Sessions";

    /// <summary>
    /// Allows http:// to a loopback address, without encryption: for tests and demos on one machine. Off by default; a URL
    /// with another host is refused even when it is on.
    /// </summary>
    public bool AllowInsecure { get; set; }

    /// <summary>Bytes per second of job log that each attempt may send. 0: no limit from the rig; the coordinator's applies.</summary>
    public int LogBytesPerSecond { get; set; } = DefaultLogBytesPerSecond;

    /// <summary>How long a TCP and TLS handshake may take. A rig behind a bad link needs seconds; an hour helps nobody.</summary>
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>32 KiB/s leaves a home uplink usable with a dozen rigs behind it.</summary>
    public const int DefaultLogBytesPerSecond = 32 * 1024;

    public const int MaxLogBytesPerSecond = 1 << 30;

    public static readonly TimeSpan MaxConnectTimeout = TimeSpan.FromMinutes(2);

    /// <summary>All faults, each naming its option; empty when the options can be used.</summary>
    public IReadOnlyList<string> Validate()
    {
        var faults = new List<string>();
        if (LogBytesPerSecond is < 0 or > MaxLogBytesPerSecond)
        {
            faults.Add($"{Section}:LogBytesPerSecond is {LogBytesPerSecond}; it must be from 0 to {MaxLogBytesPerSecond}.");
        }

        if (ConnectTimeout < TimeSpan.FromSeconds(1) || ConnectTimeout > MaxConnectTimeout)
        {
            faults.Add($"{Section}:ConnectTimeout is {ConnectTimeout}; it must be from 1 second to {MaxConnectTimeout.TotalSeconds} seconds.");
        }

        return faults;
    }
}
