using Rigshift.Coordinator.Dispatch;
using Rigshift.Coordinator.Leases;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>Answers heartbeats: they are the renewal of every lease that they list.</summary>
internal sealed class HeartbeatReply(LeaseTable leases, ReconcileStore reconcile, JobNews news, TimeProvider time)
{
    public async Task<HeartbeatAck> AnswerAsync(Guid rigId, Heartbeat heartbeat, TimeSpan received)
    {
        var ack = new HeartbeatAck { Sequence = heartbeat.Sequence, ServerTimeUnixMs = time.GetUtcNow().ToUnixTimeMilliseconds() };
        var strange = new List<ReportedAttempt>();
        foreach (var held in heartbeat.Attempts)
        {
            if (!Guid.TryParse(held.AttemptId, out var id))
            {
                continue;
            }

            if (leases.Renew(id, rigId, new Fence(held.Fence), received) is { } terms)
            {
                ack.Renewals.Add(new Renewal { AttemptId = held.AttemptId, Fence = held.Fence, Verdict = Verdict.Continue, Lease = Wire.Lease(terms) });
            }
            else
            {
                // Not live: only a Hello, which can carry a new fence, may take a job back from a replacement.
                strange.Add(new ReportedAttempt(id, Guid.Empty, new Fence(held.Fence), held.Phase, Live: false));
            }
        }

        if (strange.Count > 0)
        {
            await JudgeAsync(rigId, strange, received, ack);
        }

        return ack;
    }

    /// <summary>No lease runs for these: lost while the link was up, settled a moment ago, or never ours.</summary>
    private async Task JudgeAsync(Guid rigId, List<ReportedAttempt> strange, TimeSpan received, HeartbeatAck ack)
    {
        foreach (var judged in await reconcile.JudgeAsync(rigId, strange, received))
        {
            var renewal = new Renewal
            {
                AttemptId = judged.Reported.AttemptId.ToString("D"),
                Fence = judged.Reported.Fence.Value,
                Verdict = Verdict.Hold,
                Reason = judged.Decision.Reason,
            };
            if (judged is { Decision.Verdict: Verdict.Continue, Lease: { } terms })
            {
                // A renewal cannot carry a new fence; the next Hello does.
                renewal.Verdict = judged.Fence == judged.Reported.Fence ? Verdict.Continue : Verdict.Hold;
                renewal.Lease = Wire.Lease(terms);
            }
            else if (judged.Decision.Verdict == Verdict.Stop)
            {
                renewal.Verdict = Verdict.Stop;
            }

            if (judged is { Decision.Action: not RecordAction.None, Job: { } job })
            {
                news.Moved(job);
            }

            ack.Renewals.Add(renewal);
        }
    }
}
