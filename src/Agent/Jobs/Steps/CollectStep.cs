using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Jobs.Steps;

/// <summary>Names and hashes what the program left, once nothing of it runs any more. There is nothing to undo.</summary>
internal sealed class CollectStep(IArtifacts artifacts, StateDirectory state) : IAttemptStep
{
    public string Name => "collect";

    public async ValueTask<AttemptInput> RunAsync(AttemptRecord record, CancellationToken stop) => new AttemptInput.Collected(
        await artifacts.CollectAsync(state.AttemptPaths(record.Id), record.Spec.Outputs, record.Spec.Resources.DiskBytes, stop));

    public ValueTask<bool> UndoAsync(AttemptRecord record) => ValueTask.FromResult(true);
}
