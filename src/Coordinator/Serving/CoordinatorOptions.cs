namespace Rigshift.Coordinator.Serving;

/// <summary>
/// Everything an operator can set. Read from <c>coordinator.json</c> in the state directory, then from environment variables
/// such as <c>RIGSHIFT_COORDINATOR__Leases__Batch__LeaseSeconds</c>, then from <c>--set Leases:Batch:LeaseSeconds=30</c>; the last one wins.
/// </summary>
internal sealed class CoordinatorOptions
{
    /// <summary>Holds the database, the authority's key, artifacts and logs. One coordinator at a time.</summary>
    public string StateDirectory { get; set; } = StatePaths.DefaultDirectory;

    /// <summary>Where to listen: <c>https://ADDRESS:PORT</c>. Port 0 takes a free one. <c>http://</c> needs <see cref="AllowInsecure"/>.</summary>
    public string Listen { get; set; } = "https://0.0.0.0:7443";

    /// <summary>How rigs reach the coordinator, as written into tokens. Empty: the host's name and the port of <see cref="Listen"/>.</summary>
    public string PublicUrl { get; set; } = "";

    /// <summary>
    /// Plain HTTP/2 without TLS, for tests only: anybody who can open a socket can pose as any rig whose certificate he has seen.
    /// Refused unless <see cref="Listen"/> is a loopback address.
    /// </summary>
    public bool AllowInsecure { get; set; }

    /// <summary>Log lines on standard output, beside the file in the state directory.</summary>
    public bool ConsoleLog { get; set; } = true;

    public RigSessionOptions Sessions { get; set; } = new();

    public LeaseOptions Leases { get; set; } = new();

    public DispatchOptions Dispatch { get; set; } = new();

    public StorageOptions Storage { get; set; } = new();
}
