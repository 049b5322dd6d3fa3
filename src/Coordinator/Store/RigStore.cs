using Rigshift.Durable;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Store;

/// <summary>What is on record of rigs.</summary>
internal sealed class RigStore(DurableDatabase database, TimeProvider time)
{
    public RigRow? Find(Guid id) => database.Read(session => RigRows.Find(session, id));

    public IReadOnlyList<RigRow> All() => database.Read(RigRows.All);

    public ValueTask ConfirmAsync(Guid id, ulong stateGen) => database.WriteAsync(session => RigRows.Confirm(session, id, stateGen));

    public ValueTask SeenAsync(Guid id) => database.WriteAsync(session => RigRows.Seen(session, id, time.GetUtcNow().ToUnixTimeMilliseconds()));

    public ValueTask SeenAsync(IReadOnlyList<Guid> ids)
    {
        var nowMs = time.GetUtcNow().ToUnixTimeMilliseconds();
        return database.WriteAsync(session =>
        {
            foreach (var id in ids)
            {
                RigRows.Seen(session, id, nowMs);
            }
        });
    }

    public ValueTask UseCertificateAsync(Guid id, DateTimeOffset begins, DateTimeOffset ends) =>
        database.WriteAsync(session => RigRows.UseCertificate(session, id, begins.ToUnixTimeMilliseconds(), ends.ToUnixTimeMilliseconds()));

    public ValueTask RevokeAsync(Guid id) => database.WriteAsync(session => RigRows.Revoke(session, id));

    public IReadOnlyList<Order> Orders(Guid id) => database.Read(session => OrderRows.OfRig(session, id));

    public ValueTask AnsweredAsync(Guid id, string orderId) => database.WriteAsync(session => OrderRows.Delete(session, id, orderId));

    /// <summary>Takes the rig out of dispatch, or back in; null: no such rig.</summary>
    public ValueTask<Order?> DrainAsync(Guid id, bool resume, uint deadlineS) => database.WriteAsync(session =>
    {
        if (RigRows.Find(session, id) is null)
        {
            return null;
        }

        var order = new Order { OrderId = "drain-" + Guid.NewGuid().ToString("N") };
        if (resume)
        {
            order.Resume = new ResumeOrder();
            RigRows.ClearQuarantine(session, id);
        }
        else
        {
            order.Drain = new DrainOrder { DeadlineS = deadlineS };
        }

        RigRows.SetDraining(session, id, !resume);
        OrderRows.DeleteDrains(session, id);
        OrderRows.Insert(session, id, order);
        return order;
    });

    public bool NeedsArtifact(Guid id, string digest) => database.Read(session => AttemptRows.RigNeedsArtifact(session, id, digest));

    public bool HasLiveAttempt(Guid id) => database.Read(session => AttemptRows.RigHasLive(session, id));

    public IReadOnlyList<AttemptRow> LiveAttempts(Guid id) => database.Read(session => AttemptRows.LiveOnRig(session, id));
}
