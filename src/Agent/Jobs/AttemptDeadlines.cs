using Rigshift.Agent.Leases;
using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Jobs;

/// <summary>Which attempts are out of time. Pure; asked once a second.</summary>
internal static class AttemptDeadlines
{
    /// <summary>The outcome it has to be stopped with; null: it may go on.</summary>
    public static AttemptOutcome? Due(AttemptRecord record, string bootId, TimeSpan now, TimeSpan acceptedAt, TimeSpan confirmPatience)
    {
        if (record.State >= AttemptState.Stopping)
        {
            return null;
        }

        if (record.Lease is not { } lease)
        {
            return now - acceptedAt >= confirmPatience
                ? new AttemptOutcome(Outcome.LeaseLost, Reason.AcceptTimedOut, "The coordinator never confirmed that the rig has the attempt.", null)
                : null;
        }

        return LeaseClock.Stand(lease, bootId, now) switch
        {
            LeaseStanding.Orphaned => new AttemptOutcome(
                Outcome.LeaseLost, Reason.LeaseLost, $"The rig heard nothing from the coordinator for {lease.Terms.Orphan.TotalSeconds:0} s.", null),
            LeaseStanding.OtherBoot => null,
            _ when record.RunDeadline is { } deadline && now >= deadline => new AttemptOutcome(
                Outcome.Failed, Reason.Timeout, $"The program was still running after {record.Spec.Timeout.TotalSeconds:0} s.", null),
            _ => null,
        };
    }
}
