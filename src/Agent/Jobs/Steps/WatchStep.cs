using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Jobs.Steps;

/// <summary>Waits for the program's end. Cancelling leaves the program running; there is nothing to undo.</summary>
internal sealed class WatchStep(RuntimeTable runtimes, StateDirectory state) : IAttemptStep
{
    public string Name => "watch";

    public async ValueTask<AttemptInput> RunAsync(AttemptRecord record, CancellationToken stop)
    {
        var handle = record.Handle ?? throw new InvalidOperationException($"Attempt {record.Id} is watched without a handle.");
        return new AttemptInput.ProgramEnded(await runtimes[record.Spec.Runtime.Kind].WaitAsync(LaunchStep.Plan(record, state), handle, stop));
    }

    /// <summary>The same for a program that an earlier agent process launched.</summary>
    public async ValueTask<AttemptInput> ReattachAsync(AttemptRecord record, CancellationToken stop)
    {
        var runtime = runtimes[record.Spec.Runtime.Kind];
        var plan = LaunchStep.Plan(record, state);
        var found = await runtime.ReattachAsync(plan, record.Handle, stop);
        return found.Handle is { } handle
            ? new AttemptInput.ProgramEnded(await runtime.WaitAsync(plan, handle, stop))
            : new AttemptInput.ProgramEnded(new RuntimeExit(null, found.Fault, null, Unknown: true));
    }

    public ValueTask<bool> UndoAsync(AttemptRecord record) => ValueTask.FromResult(true);
}
