using Microsoft.Extensions.Logging;
using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Jobs.Steps;

/// <summary>The steps in their order, and the walk back through all of them.</summary>
internal sealed partial class AttemptSteps(
    FetchArtifactsStep fetch, LaunchStep launch, WatchStep watch, CollectStep collect, IArtifacts artifacts, StateDirectory state, ILogger<AttemptSteps> logger)
{
    private readonly IAttemptStep[] order = [fetch, launch, watch, collect];

    public ValueTask<AttemptInput> RunAsync(AttemptEffect effect, AttemptRecord record, CancellationToken stop) => effect switch
    {
        AttemptEffect.Fetch => fetch.RunAsync(record, stop),
        AttemptEffect.Launch => launch.RunAsync(record, stop),
        AttemptEffect.Watch => watch.RunAsync(record, stop),
        AttemptEffect.Reattach => watch.ReattachAsync(record, stop),
        AttemptEffect.Collect => collect.RunAsync(record, stop),
        AttemptEffect.Undo => UndoAsync(record),
        AttemptEffect.Upload => UploadAsync(record, stop),
        _ => throw new InvalidOperationException($"{effect} is not a step."),
    };

    private async ValueTask<AttemptInput> UndoAsync(AttemptRecord record)
    {
        var clean = true;
        foreach (var step in order.Reverse())
        {
            try
            {
                clean &= await step.UndoAsync(record);
            }
            catch (Exception e) // One step that cannot be undone must not keep the others from it.
            {
                LogUndoFailed(step.Name, record.Id, e);
                clean = false;
            }
        }

        return new AttemptInput.Undone(clean);
    }

    private async ValueTask<AttemptInput> UploadAsync(AttemptRecord record, CancellationToken stop) =>
        new AttemptInput.Uploaded(await artifacts.UploadAsync(state.AttemptPaths(record.Id), record.Outputs, stop));

    [LoggerMessage(1410, LogLevel.Error, "Step {Step} of attempt {AttemptId} could not be undone", EventName = "StepUndoFailed")]
    private partial void LogUndoFailed(string step, AttemptId attemptId, Exception e);
}
