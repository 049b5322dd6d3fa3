using Microsoft.Extensions.Logging;
using Rigshift.Agent.Leases;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;
using Rigshift.Rules;

namespace Rigshift.Agent.Jobs;

/// <summary>The start of the agent: what an earlier process began is taken up before any session asks for it.</summary>
internal sealed partial class Attempts
{
    /// <summary>Takes up what the journal holds. Before any session.</summary>
    public async ValueTask RecoverAsync()
    {
        var events = journal.LoadUnackedEvents().ToLookup(e => e.AttemptId);
        foreach (var record in journal.LoadAttempts().OrderBy(record => record.AckedUnixMs))
        {
            if (record.State == AttemptState.Acked)
            {
                if (IsStuck(record))
                {
                    context.Reservations.Restore(new Reservation(record.Id, record.Spec.Resources, record.Gpus));
                }

                history.Settled.Add(record);
                continue;
            }

            if (record.State < AttemptState.Finished || IsStuck(record))
            {
                context.Reservations.Restore(new Reservation(record.Id, record.Spec.Resources, record.Gpus));
            }

            LogAttemptResumed(record.Id, record.JobId, record.State);
            var sameBoot = record.Lease is not { } lease || LeaseClock.Stand(lease, clock.BootId, clock.Now) != LeaseStanding.OtherBoot;
            Start(record, [.. events[record.Id]], AttemptCore.Resume(record, sameBoot));
        }

        if (journal.Recovering)
        {
            await RecoverWithoutJournalAsync();
        }

        history.SweepDirectories(live.Keys.ToHashSet());
    }

    // Until the rig is rebooted, what an undead program holds is not given to anybody else.
    private bool IsStuck(AttemptRecord record) =>
        record.Outcome?.Reason == Reason.StuckInKernel && record.Lease is { } lease && LeaseClock.Stand(lease, clock.BootId, clock.Now) != LeaseStanding.OtherBoot;

    // What was launched and not settled has a card beside its program. Its lease on the card may be old: it gets time to hear the verdict.
    private async ValueTask RecoverWithoutJournalAsync()
    {
        foreach (var record in history.CardsOnDisk().Where(record => !live.ContainsKey(record.Id)))
        {
            var patience = clock.Now + options.ConfirmPatience;
            var lease = record.Lease is { } held && held.OrphanDeadline < patience ? held with { OrphanDeadline = patience } : record.Lease;
            context.Reservations.Restore(new Reservation(record.Id, record.Spec.Resources, record.Gpus));
            LogAttemptRecovered(record.Id, record.JobId);
            var recovered = record with { Lease = lease };
            await context.Writer.CommitAsync(new JournalEntry { Attempt = recovered }, hostStopping.Token);
            Start(recovered, [], AttemptCore.Resume(recovered, sameBoot: true));
        }
    }

    [LoggerMessage(1422, LogLevel.Information, "Attempt {AttemptId} of job {JobId} taken up again in {State}", EventName = "AttemptResumed")]
    private partial void LogAttemptResumed(AttemptId attemptId, JobId jobId, AttemptState state);

    [LoggerMessage(1424, LogLevel.Warning, "Attempt {AttemptId} of job {JobId} found on disk without a journal; it waits for the coordinator's verdict", EventName = "AttemptRecovered")]
    private partial void LogAttemptRecovered(AttemptId attemptId, JobId jobId);
}
