namespace Rigshift.Agent.Model;

/// <summary>
/// Time since the rig was booted, suspend included: the only clock of leases. It never jumps, and two readings compare
/// only within one boot.
/// </summary>
internal interface IBootClock
{
    TimeSpan Now { get; }

    /// <summary>Names this boot; empty where the system has no name for it (Windows).</summary>
    string BootId { get; }
}
