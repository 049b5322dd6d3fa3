using Rigshift.Agent.Leases;
using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Jobs;

/// <summary>What a verdict means to an attempt. Pure. Not knowing an attempt never ends it.</summary>
internal static class VerdictMapping
{
    public static IReadOnlyList<AttemptInput> Inputs(AttemptRecord record, AttemptVerdict verdict, string bootId, TimeSpan sentAt, long unixMs)
    {
        if (verdict.Fence < record.Fence)
        {
            return [];
        }

        return verdict.Verdict switch
        {
            Verdict.Continue => Continue(record, verdict, bootId, sentAt),
            Verdict.Stop when record.State < AttemptState.Stopping => [new AttemptInput.StopWanted(Stopped(verdict.Reason))],
            Verdict.Forget when record.State < AttemptState.Stopping => [new AttemptInput.StopWanted(Stopped(verdict.Reason))],
            Verdict.Forget when record.State == AttemptState.Finished => [new AttemptInput.Settled(unixMs)],
            Verdict.Resend or Verdict.Stop => [new AttemptInput.ResendWanted()],
            _ => [],
        };
    }

    private static List<AttemptInput> Continue(AttemptRecord record, AttemptVerdict verdict, string bootId, TimeSpan sentAt)
    {
        var inputs = new List<AttemptInput>(2);
        if (verdict.NewFence is { } fence && fence > record.Fence)
        {
            inputs.Add(new AttemptInput.Refenced(fence));
        }

        if (verdict.Terms is { } terms && record.State < AttemptState.Stopping)
        {
            inputs.Add(new AttemptInput.LeaseGranted(
                record.Lease is { } held ? LeaseClock.Renew(held, terms, bootId, sentAt) : LeaseClock.Grant(terms, bootId, sentAt)));
        }

        return inputs;
    }

    private static AttemptOutcome Stopped(string reason) => reason == Reason.Cancelled
        ? new AttemptOutcome(Outcome.Cancelled, Reason.Cancelled, "The job was cancelled.", null)
        : new AttemptOutcome(Outcome.LeaseLost, reason.Length > 0 ? reason : Reason.Superseded, "The coordinator has given the job to another attempt.", null);
}
