using System.Collections.Frozen;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Jobs;

/// <summary>
/// The table of an attempt's life; what is not in it is refused.
/// <code>
///            Confirm    Prepared  Up       Exited    Stop      Undone    Settle
/// Accepted   Preparing  -         -        -         Stopping  -         -
/// Preparing  -          Starting  -        -         Stopping  -         -
/// Starting   -          -         Running  -         Stopping  -         -
/// Running    -          -         -        Stopping  Stopping  -         -
/// Stopping   -          -         -        -         Stopping  Finished  -
/// Finished   -          -         -        -         Finished  -         Acked
/// Acked      -          -         -        -         Acked     -         Acked
/// </code>
/// </summary>
internal static class AttemptTransitions
{
    private static readonly FrozenDictionary<(AttemptState, AttemptTrigger), AttemptState> Table = new Dictionary<(AttemptState, AttemptTrigger), AttemptState>
    {
        [(AttemptState.Accepted, AttemptTrigger.Confirm)] = AttemptState.Preparing,
        [(AttemptState.Accepted, AttemptTrigger.Stop)] = AttemptState.Stopping,
        [(AttemptState.Preparing, AttemptTrigger.Prepared)] = AttemptState.Starting,
        [(AttemptState.Preparing, AttemptTrigger.Stop)] = AttemptState.Stopping,
        [(AttemptState.Starting, AttemptTrigger.Up)] = AttemptState.Running,
        [(AttemptState.Starting, AttemptTrigger.Stop)] = AttemptState.Stopping,
        [(AttemptState.Running, AttemptTrigger.Exited)] = AttemptState.Stopping,
        [(AttemptState.Running, AttemptTrigger.Stop)] = AttemptState.Stopping,
        [(AttemptState.Stopping, AttemptTrigger.Stop)] = AttemptState.Stopping,
        [(AttemptState.Stopping, AttemptTrigger.Undone)] = AttemptState.Finished,
        [(AttemptState.Finished, AttemptTrigger.Stop)] = AttemptState.Finished,
        [(AttemptState.Finished, AttemptTrigger.Settle)] = AttemptState.Acked,
        [(AttemptState.Acked, AttemptTrigger.Stop)] = AttemptState.Acked,
        [(AttemptState.Acked, AttemptTrigger.Settle)] = AttemptState.Acked,
    }.ToFrozenDictionary();

    /// <summary>The next state, or null: refused.</summary>
    public static AttemptState? Next(AttemptState state, AttemptTrigger trigger) =>
        Table.TryGetValue((state, trigger), out var next) ? next : null;
}
