using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Jobs.Steps;

/// <summary>Starts the program, or adopts the one that an earlier launch of this attempt started. Undo leaves nothing of it alive.</summary>
internal sealed class LaunchStep(RuntimeTable runtimes, StateDirectory state, JobOptions options, IBootClock clock) : IAttemptStep
{
    public string Name => "launch";

    public async ValueTask<AttemptInput> RunAsync(AttemptRecord record, CancellationToken stop)
    {
        var plan = Plan(record, state);
        AttemptDirectories.Create(plan.Paths);
        AttemptCard.Write(plan.Paths, record);
        // Not cancelled half-way: a launch that was begun is finished, so that undo knows what to stop.
        var result = await runtimes[record.Spec.Runtime.Kind].LaunchAsync(plan, CancellationToken.None);
        return result.Handle is { } handle
            ? new AttemptInput.Launched(handle, clock.Now + record.Spec.Timeout)
            : new AttemptInput.StopWanted(new AttemptOutcome(Outcome.Failed, result.Fault!.Reason, result.Fault.Detail, null)); // A result has one of the two.
    }

    public async ValueTask<bool> UndoAsync(AttemptRecord record) =>
        record.LaunchCount == 0 || await runtimes[record.Spec.Runtime.Kind].StopAsync(Plan(record, state), record.Handle, options.StopGrace);

    internal static LaunchPlan Plan(AttemptRecord record, StateDirectory state) =>
        new(record.Id, record.JobId, record.Spec, state.AttemptPaths(record.Id), record.Gpus);
}
