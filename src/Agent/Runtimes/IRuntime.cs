using Rigshift.Agent.Model;

namespace Rigshift.Agent.Runtimes;

/// <summary>
/// Runs one program for one attempt in a process tree of its own that outlives the agent. Every call may be repeated,
/// before and after a restart of the agent, and nothing of the tree is left after StopAsync.
/// </summary>
internal interface IRuntime
{
    RuntimeKind Kind { get; }

    /// <summary>Null when it can be used now; else a reason code and what is missing.</summary>
    RuntimeFault? Check();

    /// <summary>
    /// Starts the program. A tree that was started for this attempt before, also one that has ended, is adopted and not
    /// started again: the launch record in the attempt's control directory decides.
    /// </summary>
    ValueTask<LaunchResult> LaunchAsync(LaunchPlan plan, CancellationToken cancellation);

    /// <summary>Finds a launch of an earlier agent process: by handle, or by the record in the control directory alone.</summary>
    ValueTask<LaunchResult> ReattachAsync(LaunchPlan plan, RuntimeHandle? handle, CancellationToken cancellation);

    /// <summary>Returns when the program has ended, with what its shim put on record. Cancelling leaves it running.</summary>
    ValueTask<RuntimeExit> WaitAsync(LaunchPlan plan, RuntimeHandle handle, CancellationToken cancellation);

    /// <summary>
    /// Asks it to end, waits <paramref name="grace"/>, kills the whole tree, and makes sure that it is gone.
    /// False: something of it does not die (a hung driver call); what it holds must not be given away.
    /// </summary>
    ValueTask<bool> StopAsync(LaunchPlan plan, RuntimeHandle? handle, TimeSpan grace);
}

/// <summary>What a launch needs to know.</summary>
internal sealed record LaunchPlan(AttemptId AttemptId, JobId JobId, JobSpec Spec, AttemptPaths Paths, IReadOnlyList<GpuUuid> Gpus);

internal sealed record RuntimeFault(string Reason, string Detail);

/// <summary>Handle, or the fault that prevented it.</summary>
internal sealed record LaunchResult(RuntimeHandle? Handle, RuntimeFault? Fault)
{
    public static LaunchResult Launched(RuntimeHandle handle) => new(handle, null);

    public static LaunchResult Failed(string reason, string detail) => new(null, new RuntimeFault(reason, detail));
}

/// <summary>How the program ended.</summary>
/// <param name="ExitCode">Null when it was killed by a signal or nobody knows.</param>
/// <param name="Fault">Null for exit code 0; else why it failed, ready for the outcome.</param>
/// <param name="Usage">What the shim measured; null when it left no record.</param>
/// <param name="Unknown">Nobody knows how it ended: the outcome is Unknown, not Failed.</param>
internal sealed record RuntimeExit(int? ExitCode, RuntimeFault? Fault, AttemptUsage? Usage, bool Unknown);
