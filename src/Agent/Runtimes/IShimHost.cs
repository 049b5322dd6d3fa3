using Rigshift.Agent.Model;

namespace Rigshift.Agent.Runtimes;

/// <summary>
/// The process edge of this room: starts, recognises, watches and ends shims. A handle is acted on only when process
/// id, start time, image path and the control directory on its command line all match.
/// </summary>
internal interface IShimHost
{
    /// <summary>Starts a shim apart from this process; null with the system's words when it cannot.</summary>
    RuntimeHandle? Start(RuntimeKind kind, string shimPath, LaunchPlan plan, out string fault);

    bool IsAlive(RuntimeHandle handle, LaunchPlan plan);

    /// <summary>Completes when the shim has ended; at once when it is not there.</summary>
    Task WhenEnded(RuntimeHandle handle, LaunchPlan plan);

    /// <summary>Asks the shim to end its tree, with so much time for the program to do it by itself.</summary>
    void AskToEnd(RuntimeHandle handle, LaunchPlan plan, TimeSpan grace);

    void Kill(RuntimeHandle handle, LaunchPlan plan);

    /// <summary>Kills what carries the attempt's mark, and counts it. 0: nothing of it is there.</summary>
    int KillStrays(LaunchPlan plan);

    /// <summary>Null when a shim holds the attempt, or starts to.</summary>
    IDisposable? TryLock(string path);
}
