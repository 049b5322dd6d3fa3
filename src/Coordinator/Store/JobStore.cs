using Google.Protobuf;
using Rigshift.Durable;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Store;

/// <summary>Jobs as their owners see them.</summary>
internal sealed class JobStore(DurableDatabase database, TimeProvider time)
{
    /// <summary>The same request gives the same job; <c>Created</c> is false then.</summary>
    public ValueTask<(JobRow Job, bool Created)> SubmitAsync(JobSpec spec, string requestId)
    {
        var bytes = spec.ToByteArray();
        var maxAttempts = (int)(spec.MaxAttempts == 0 ? JobLimits.DefaultMaxAttempts : spec.MaxAttempts);
        var leaseClass = spec.LeaseClass == LeaseClass.Unspecified ? LeaseClass.Batch : spec.LeaseClass;
        var digests = spec.Inputs.Select(input => input.Artifact.Digest).Distinct().ToList();
        return database.WriteAsync(session =>
        {
            if (requestId.Length > 0 && JobRows.FindByRequest(session, requestId) is { } known)
            {
                return (known, false);
            }

            var id = Guid.NewGuid();
            JobRows.Insert(session, id, requestId.Length > 0 ? requestId : null, bytes, spec.Priority, maxAttempts, leaseClass, NowMs());
            digests.ForEach(digest => JobRows.InsertInput(session, id, digest));
            return (JobRows.Find(session, id)!, true); // Inserted just now.
        });
    }

    public JobRow? Find(Guid id) => database.Read(session => JobRows.Find(session, id));

    /// <summary>Two rows: the beginning is ambiguous.</summary>
    public IReadOnlyList<JobRow> FindByPrefix(string prefix) => database.Read(session => JobRows.FindByPrefix(session, prefix));

    public IReadOnlyList<JobRow> Open() => database.Read(JobRows.Open);

    public IReadOnlyList<JobRow> Page(long below, int stateMask, int count) => database.Read(session => JobRows.Page(session, below, stateMask, count));

    public JobSpec Spec(Guid id) =>
        JobSpec.Parser.ParseFrom(database.Read(session => JobRows.Spec(session, id)) ?? throw new InvalidOperationException($"Job {id} has no spec."));

    public IReadOnlyList<AttemptRow> Attempts(Guid id) => database.Read(session => AttemptRows.OfJob(session, id));

    public AttemptRow? Attempt(Guid id) => database.Read(session => AttemptRows.Find(session, id));

    public IReadOnlyList<AttemptRow> LiveAttempts() => database.Read(AttemptRows.Live);

    public IReadOnlyList<Guid> FailedOn(Guid id) => database.Read(session => AttemptFailures.RigsOf(session, id));

    /// <summary>Null until the rig's result is on record.</summary>
    public AttemptResult? Result(Guid attemptId) =>
        database.Read(session => AttemptRows.Result(session, attemptId)) is { } bytes ? AttemptResult.Parser.ParseFrom(bytes) : null;

    /// <summary>
    /// Ends a waiting job at once; otherwise leaves an order for the rig, and whatever is settled first stands: the cancel or
    /// the result.
    /// </summary>
    public ValueTask<Cancellation?> CancelAsync(Guid id) => database.WriteAsync(session =>
    {
        if (JobRows.Find(session, id) is not { } job)
        {
            return null;
        }

        Order? order = null;
        Guid? rig = null;
        if (JobRows.CancelWaiting(session, id, NowMs()))
        {
            AttemptRows.EndOthers(session, id, Guid.Empty, Reason.Cancelled, NowMs());
        }
        else if (JobRows.RequestCancel(session, id) && job.AttemptId is { } attemptId && AttemptRows.Find(session, attemptId) is { } attempt)
        {
            rig = attempt.RigId;
            order = OrderRows.Cancel(attemptId, attempt.Fence, Reason.Cancelled);
            OrderRows.Insert(session, attempt.RigId, order);
        }

        return new Cancellation(JobRows.Find(session, id)!, rig, order); // Found above.
    });

    private long NowMs() => time.GetUtcNow().ToUnixTimeMilliseconds();
}

/// <summary>A cancel that is on disk.</summary>
/// <param name="Order">What to tell <paramref name="RigId"/>; null: nothing.</param>
internal sealed record Cancellation(JobRow Job, Guid? RigId, Order? Order);
