using Rigshift.Agent.Model;

namespace Rigshift.Agent.Jobs.Steps;

/// <summary>
/// One undoable part of an attempt. RunAsync runs at most once per agent process, after the steps listed before it succeeded, and ends early when
/// its token is cancelled; what it returns is the next input of the attempt. UndoAsync always runs, last step first, also when RunAsync failed,
/// never ran, or ran in an earlier process; it must be safe to repeat, and returns false when something could not be undone.
/// </summary>
internal interface IAttemptStep
{
    string Name { get; }

    ValueTask<AttemptInput> RunAsync(AttemptRecord record, CancellationToken stop);

    ValueTask<bool> UndoAsync(AttemptRecord record);
}
