using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Jobs.Steps;

/// <summary>Lays the inputs out, each verified against its digest. Undo lets the cache evict them.</summary>
internal sealed class FetchArtifactsStep(IArtifacts artifacts, StateDirectory state) : IAttemptStep
{
    public string Name => "fetch-artifacts";

    public async ValueTask<AttemptInput> RunAsync(AttemptRecord record, CancellationToken stop)
    {
        var fault = await artifacts.PrepareAsync(record.Id, record.Spec.Inputs, state.AttemptPaths(record.Id), stop);
        return fault is null
            ? new AttemptInput.InputsReady()
            : new AttemptInput.StopWanted(new AttemptOutcome(Outcome.Failed, fault.Reason, fault.Detail, null));
    }

    public ValueTask<bool> UndoAsync(AttemptRecord record)
    {
        artifacts.Release(record.Id);
        return ValueTask.FromResult(true);
    }
}
