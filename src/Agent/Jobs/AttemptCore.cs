using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes;
using Rigshift.Rules;

namespace Rigshift.Agent.Jobs;

/// <summary>
/// What an attempt does about each input. Pure: the edge journals what is durable, then runs the effects, and their ends
/// come back as inputs. First outcome wins; an input that comes too late changes nothing.
/// </summary>
internal static class AttemptCore
{
    public static AttemptDecision Decide(AttemptStatus status, AttemptInput input, long rigTimeUnixMs) => input switch
    {
        AttemptInput.LeaseGranted granted => OnLease(status, granted.Lease, rigTimeUnixMs),
        AttemptInput.Refenced refenced => OnFence(status, refenced.Fence),
        AttemptInput.InputsReady when status.Activity == AttemptActivity.Fetching => Start(status.Record, rigTimeUnixMs),
        AttemptInput.Launched up => OnUp(status, up, rigTimeUnixMs),
        AttemptInput.ProgramEnded ended => OnEnded(status, ended.Exit),
        AttemptInput.StopWanted stop => OnStop(status, stop.Outcome, rigTimeUnixMs),
        AttemptInput.Collected collected => OnCollected(status, collected),
        AttemptInput.Undone undone => OnUndone(status, undone.Clean),
        AttemptInput.Uploaded uploaded => OnUploaded(status, uploaded),
        AttemptInput.UploadAgain when status.Activity == AttemptActivity.Published => Now(status.Record, AttemptActivity.Uploading, AttemptEffect.Upload),
        AttemptInput.ResendWanted when status.Activity == AttemptActivity.Published => Now(status.Record, AttemptActivity.Published, AttemptEffect.Publish),
        AttemptInput.Settled settled => OnSettled(status, settled.UnixMs),
        _ => Refuse(status),
    };

    /// <summary>Where a new agent process takes an attempt up. Nothing is launched before the coordinator's verdict.</summary>
    public static AttemptDecision Resume(AttemptRecord record, bool sameBoot) => record.State switch
    {
        AttemptState.Accepted or AttemptState.Preparing => Now(record, AttemptActivity.None),
        AttemptState.Starting when sameBoot => Now(record, AttemptActivity.None),
        // The launch may have happened; running the program twice is worse than saying so.
        AttemptState.Starting => End(record, new AttemptOutcome(Outcome.Unknown, Reason.HostRestarted, "The rig restarted while the program was being launched.", null)),
        AttemptState.Running => Now(record, AttemptActivity.Watching, AttemptEffect.Reattach),
        AttemptState.Stopping => Now(record, AttemptActivity.Undoing, AttemptEffect.Undo),
        AttemptState.Finished => Deliver(record),
        _ => Now(record, AttemptActivity.Done),
    };

    private static AttemptDecision OnLease(AttemptStatus status, HeldLease lease, long unixMs)
    {
        var record = status.Record with { Lease = lease };
        return status.Record.State switch
        {
            AttemptState.Accepted when record.Spec.Inputs.Count == 0 => Start(Move(record, AttemptTrigger.Confirm), unixMs),
            AttemptState.Accepted => Save(Move(record, AttemptTrigger.Confirm), AttemptActivity.Fetching, unixMs, AttemptEffect.Fetch),
            // A process that has just started waited for this verdict.
            AttemptState.Preparing when status.Activity == AttemptActivity.None => Now(record, AttemptActivity.Fetching, AttemptEffect.Fetch),
            AttemptState.Starting when status.Activity == AttemptActivity.None => Now(record, AttemptActivity.Launching, AttemptEffect.Launch),
            AttemptState.Preparing or AttemptState.Starting or AttemptState.Running =>
                new AttemptDecision(status with { Record = record }, WorthSaving(status.Record.Lease, lease), null, [], BestEffort: true),
            _ => Refuse(status),
        };
    }

    // A disk that is written for every heartbeat wears out; a deadline on disk that is a quarter lease old only makes the
    // rig stop sooner after a crash.
    private static bool WorthSaving(HeldLease? old, HeldLease lease) =>
        old is null || old.BootId != lease.BootId || lease.LeaseDeadline - old.LeaseDeadline >= lease.Terms.Lease / 4;

    private static AttemptDecision OnFence(AttemptStatus status, Fence fence) =>
        fence > status.Record.Fence && status.Record.State < AttemptState.Acked
            ? new AttemptDecision(status with { Record = status.Record with { Fence = fence } }, true, null, [])
            : Refuse(status);

    // T2: the launch is on disk before the program can run.
    private static AttemptDecision Start(AttemptRecord record, long unixMs) => Save(
        Move(record, AttemptTrigger.Prepared) with { LaunchCount = record.LaunchCount + 1 }, AttemptActivity.Launching, unixMs, AttemptEffect.Launch);

    private static AttemptDecision OnUp(AttemptStatus status, AttemptInput.Launched up, long unixMs) =>
        status is { Record.State: AttemptState.Starting, Activity: AttemptActivity.Launching }
            ? Save(Move(status.Record, AttemptTrigger.Up) with { Handle = up.Handle, RunDeadline = up.RunDeadline }, AttemptActivity.Watching, unixMs, AttemptEffect.Watch)
            : Refuse(status);

    private static AttemptDecision OnEnded(AttemptStatus status, RuntimeExit exit)
    {
        if (status is not { Record.State: AttemptState.Running, Activity: AttemptActivity.Watching })
        {
            return Refuse(status);
        }

        var record = Move(status.Record, AttemptTrigger.Exited) with { Usage = exit.Usage };
        return exit.Fault is null
            ? Now(record with { Outcome = AttemptOutcome.Succeeded with { ExitCode = exit.ExitCode } }, AttemptActivity.Collecting, AttemptEffect.Collect)
            : Now(
                record with { Outcome = new AttemptOutcome(exit.Unknown ? Outcome.Unknown : Outcome.Failed, exit.Fault.Reason, Clip(exit.Fault.Detail), exit.ExitCode) },
                AttemptActivity.Undoing,
                AttemptEffect.Undo);
    }

    // Journalled before the program is touched: after a crash in between, its death must not look like its own.
    private static AttemptDecision OnStop(AttemptStatus status, AttemptOutcome outcome, long unixMs) =>
        status.Record.State < AttemptState.Stopping
            ? Save(Move(status.Record, AttemptTrigger.Stop) with { Outcome = outcome with { Detail = Clip(outcome.Detail) } }, AttemptActivity.Undoing, unixMs, AttemptEffect.Undo) with { BestEffort = true }
            : new AttemptDecision(status, false, null, []);

    private static AttemptDecision OnCollected(AttemptStatus status, AttemptInput.Collected collected)
    {
        if (status.Activity != AttemptActivity.Collecting)
        {
            return Refuse(status);
        }

        var record = collected.Result.Fault is { } fault
            ? status.Record with { Outcome = new AttemptOutcome(Outcome.Failed, fault.Reason, Clip(fault.Detail), status.Record.Outcome?.ExitCode) }
            : status.Record with { Outputs = collected.Result.Outputs };
        return Now(record, AttemptActivity.Undoing, AttemptEffect.Undo);
    }

    // T4: outcome and outputs on disk before anybody hears of them.
    private static AttemptDecision OnUndone(AttemptStatus status, bool clean)
    {
        if (status.Activity != AttemptActivity.Undoing)
        {
            return Refuse(status);
        }

        var record = Move(status.Record, AttemptTrigger.Undone);
        if (!clean)
        {
            // What the undead program holds stays reserved: nobody else may be put on it.
            record = record with { Outcome = new AttemptOutcome(Outcome.Failed, Reason.StuckInKernel, "The program does not end, not even when killed.", null), Outputs = [] };
        }

        var delivery = Deliver(record);
        return delivery with { Durable = true, Effects = clean ? [AttemptEffect.Release, .. delivery.Effects] : delivery.Effects };
    }

    private static AttemptDecision Deliver(AttemptRecord record) => record.Outputs.Count > 0
        ? Now(record, AttemptActivity.Uploading, AttemptEffect.Upload)
        : Now(record, AttemptActivity.Published, AttemptEffect.Publish);

    private static AttemptDecision OnUploaded(AttemptStatus status, AttemptInput.Uploaded uploaded)
    {
        if (status.Activity != AttemptActivity.Uploading)
        {
            return Refuse(status);
        }

        // Bytes that are not wanted: the result as it is, and its answer settles it.
        return uploaded.Fault is not { } fault || fault.Reason == Reason.FenceStale
            ? Now(status.Record, AttemptActivity.Published, AttemptEffect.Publish)
            : Now(
                status.Record with { Outputs = [], Outcome = new AttemptOutcome(Outcome.Failed, fault.Reason, Clip(fault.Detail), status.Record.Outcome?.ExitCode) },
                AttemptActivity.Published,
                AttemptEffect.Publish) with
            { Durable = true };
    }

    private static AttemptDecision OnSettled(AttemptStatus status, long unixMs) => status.Record.State == AttemptState.Finished
        ? Now(Move(status.Record, AttemptTrigger.Settle) with { AckedUnixMs = unixMs, AckedEventNo = status.Record.LastEventNo }, AttemptActivity.Done, AttemptEffect.CleanUp) with { Durable = true }
        : Refuse(status);

    private static AttemptDecision End(AttemptRecord record, AttemptOutcome outcome) =>
        Now(Move(record, AttemptTrigger.Stop) with { Outcome = outcome }, AttemptActivity.Undoing, AttemptEffect.Undo) with { Durable = true };

    private static AttemptRecord Move(AttemptRecord record, AttemptTrigger trigger) => record with
    {
        State = AttemptTransitions.Next(record.State, trigger)
            ?? throw new InvalidOperationException($"Attempt {record.Id} cannot take {trigger} in {record.State}."),
    };

    private static AttemptDecision Now(AttemptRecord record, AttemptActivity activity, params AttemptEffect[] effects) =>
        new(new AttemptStatus(record, activity), false, null, effects);

    private static AttemptDecision Save(AttemptRecord record, AttemptActivity activity, long unixMs, params AttemptEffect[] effects)
    {
        var next = record with { LastEventNo = record.LastEventNo + 1 };
        var fact = new AttemptEvent(next.Id, next.LastEventNo, next.State, unixMs, next.Outcome?.Reason ?? "", next.Outcome?.Detail ?? "");
        return new AttemptDecision(new AttemptStatus(next, activity), true, fact, effects);
    }

    private static AttemptDecision Refuse(AttemptStatus status) => new(status, false, null, [], Refused: true);

    private static string Clip(string detail) => detail.Length <= ProtocolLimits.MaxDetailLength ? detail : detail[..ProtocolLimits.MaxDetailLength];
}
