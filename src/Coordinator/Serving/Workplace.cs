using Rigshift.Coordinator.ArtifactApi;
using Rigshift.Coordinator.Dispatch;
using Rigshift.Coordinator.Leases;
using Rigshift.Coordinator.RigSessions;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Serving;

/// <summary>Takes up what is on record, then runs dispatch and the lease sweep until the coordinator stops.</summary>
internal sealed class Workplace(
    JobStore jobs, RigStore rigs, LeaseTable leases, ReturnWatch returns, JobNews news, Dispatcher dispatcher, Assigner assigner, LeaseSweep sweep,
    Presence presence, ShelfKeeping keeping) : BackgroundService
{
    /// <summary>Rigs come back within this after a restart; an unanswered assignment, and a job that waits, wait for them.</summary>
    private static readonly TimeSpan ComeBack = TimeSpan.FromSeconds(120);

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        // Before the first rig can connect: an attempt that no lease runs for would look lost.
        var open = jobs.Open().ToDictionary(job => job.Id);
        foreach (var attempt in jobs.LiveAttempts())
        {
            var leaseClass = open.GetValueOrDefault(attempt.JobId)?.LeaseClass ?? LeaseClass.Batch;
            if (attempt.State == AttemptState.Held)
            {
                leases.Grant(attempt.Id, attempt.JobId, attempt.RigId, attempt.Fence, leaseClass, leases.Now);
            }
            else
            {
                leases.Assign(attempt.Id, attempt.JobId, attempt.RigId, attempt.Fence, leaseClass, ComeBack);
            }
        }

        returns.Begin(open.Values, rigs.All(), ComeBack);
        foreach (var job in open.Values.Where(job => job.State == JobState.Pending))
        {
            news.Moved(job);
        }

        return base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(dispatcher.RunAsync(assigner.Begin, stoppingToken), sweep.RunAsync(stoppingToken), presence.RunAsync(stoppingToken), keeping.RunAsync(stoppingToken));
}
