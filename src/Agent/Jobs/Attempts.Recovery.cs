using Microsoft.Extensions.Logging;
using Rigshift.Agent.Leases;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Jobs;

/// <summary>The start of the agent: what an earlier process began is taken up before any session asks for it.</summary>
internal sealed partial class Attempts
{
    /// <summary>Takes up what the journal holds. Before any session.</summary>
    public void Recover()
    {
        var events = journal.LoadUnackedEvents().ToLookup(e => e.AttemptId);
        foreach (var record in journal.LoadAttempts().OrderBy(record => record.AckedUnixMs))
        {
            if (record.State == AttemptState.Acked)
            {
                history.Settled.Add(record);
                continue;
            }

            if (record.State < AttemptState.Finished)
            {
                context.Reservations.Restore(new Reservation(record.Id, record.Spec.Resources, record.Gpus));
            }

            LogAttemptResumed(record.Id, record.JobId, record.State);
            var sameBoot = record.Lease is not { } lease || LeaseClock.Stand(lease, clock.BootId, clock.Now) != LeaseStanding.OtherBoot;
            Start(record, [.. events[record.Id]], AttemptCore.Resume(record, sameBoot));
        }

        if (journal.Recovering)
        {
            RecoverWithoutJournal();
        }

        history.SweepDirectories(live.Keys.ToHashSet());
    }

    // What was launched and not settled has a card beside its program. Its lease on the card may be old: it gets time to hear the verdict.
    private void RecoverWithoutJournal()
    {
        foreach (var record in history.CardsOnDisk().Where(record => !live.ContainsKey(record.Id)))
        {
            var patience = clock.Now + options.ConfirmPatience;
            var lease = record.Lease is { } held && held.OrphanDeadline < patience ? held with { OrphanDeadline = patience } : record.Lease;
            context.Reservations.Restore(new Reservation(record.Id, record.Spec.Resources, record.Gpus));
            LogAttemptRecovered(record.Id, record.JobId);
            Start(record with { Lease = lease }, [], AttemptCore.Resume(record with { Lease = lease }, sameBoot: true));
        }
    }

    [LoggerMessage(1422, LogLevel.Information, "Attempt {AttemptId} of job {JobId} taken up again in {State}", EventName = "AttemptResumed")]
    private partial void LogAttemptResumed(AttemptId attemptId, JobId jobId, AttemptState state);

    [LoggerMessage(1424, LogLevel.Warning, "Attempt {AttemptId} of job {JobId} found on disk without a journal; it waits for the coordinator's verdict", EventName = "AttemptRecovered")]
    private partial void LogAttemptRecovered(AttemptId attemptId, JobId jobId);
}
