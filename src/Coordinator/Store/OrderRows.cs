using Google.Protobuf;
using Rigshift.Durable;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Store;

/// <summary>SQL of the table orders: what rigs were told and have not answered.</summary>
internal static class OrderRows
{
    public static Order Cancel(Guid attemptId, Fence fence, string reason) => new()
    {
        OrderId = CancelId(attemptId),
        Cancel = new CancelOrder { AttemptId = JobRows.Text(attemptId), Fence = fence.Value, Reason = reason },
    };

    public static void Insert(SqlSession session, Guid rigId, Order order) =>
        session.Execute(
            "INSERT OR IGNORE INTO orders (id, rig_id, body) VALUES ($id, $rig, $body)",
            ("$id", order.OrderId), ("$rig", JobRows.Text(rigId)), ("$body", order.ToByteArray()));

    public static IReadOnlyList<Order> OfRig(SqlSession session, Guid rigId) =>
        session.Query("SELECT body FROM orders WHERE rig_id = $rig ORDER BY seq", row => Order.Parser.ParseFrom(row.GetFieldValue<byte[]>(0)), ("$rig", JobRows.Text(rigId)));

    public static void Delete(SqlSession session, Guid rigId, string orderId) =>
        session.Execute("DELETE FROM orders WHERE id = $id AND rig_id = $rig", ("$id", orderId), ("$rig", JobRows.Text(rigId)));

    public static void DeleteOfAttempt(SqlSession session, Guid attemptId) =>
        session.Execute("DELETE FROM orders WHERE id = $id", ("$id", CancelId(attemptId)));

    /// <summary>A newer drain or resume replaces what the rig was not told yet.</summary>
    public static void DeleteDrains(SqlSession session, Guid rigId) =>
        session.Execute("DELETE FROM orders WHERE rig_id = $rig AND id LIKE 'drain-%'", ("$rig", JobRows.Text(rigId)));

    private static string CancelId(Guid attemptId) => "cancel-" + JobRows.Text(attemptId);
}
