using System.Text.Json;
using Microsoft.Data.Sqlite;
using Rigshift.Agent.Model;
using Rigshift.Durable;
using Rigshift.Rules;

namespace Rigshift.Agent.Storage;

/// <summary>Reads the journal's rows.</summary>
internal static class JournalRows
{
    public static IReadOnlyList<AttemptRecord> Attempts(SqlSession session) => session.Query(
        "SELECT id, job_id, fence, state, acked_event_no, record, spec FROM attempt JOIN attempt_spec ON attempt_id = id ORDER BY number", ReadAttempt);

    public static IReadOnlyList<AttemptEvent> UnackedEvents(SqlSession session) => session.Query(
        """
        SELECT e.attempt_id, e.event_no, e.state, e.rig_time_unix_ms, e.reason, e.detail
        FROM attempt_event e JOIN attempt a ON a.id = e.attempt_id
        WHERE e.event_no > a.acked_event_no ORDER BY a.number, e.event_no
        """,
        ReadEvent);

    public static IReadOnlyList<Tombstone> Tombstones(SqlSession session) => session.Query(
        "SELECT attempt_id, fence, reason, created_unix_ms FROM tombstone ORDER BY number",
        row => new Tombstone(new AttemptId(Guid.Parse(row.GetString(0))), new Fence((ulong)row.GetInt64(1)), row.GetString(2), row.GetInt64(3)));

    /// <summary>Null when it was never set.</summary>
    public static ulong? Fact(SqlSession session, string name) =>
        session.First("SELECT value FROM fact WHERE name = @name", row => (ulong?)row.GetInt64(0), ("@name", name));

    private static AttemptRecord ReadAttempt(SqliteDataReader row)
    {
        var body = JsonSerializer.Deserialize(row.GetString(5), JournalJson.Default.AttemptBody) ?? throw new JsonException("An attempt's record is null.");
        var spec = JsonSerializer.Deserialize(row.GetString(6), JournalJson.Default.JobSpec) ?? throw new JsonException("An attempt's spec is null.");
        return body.ToRecord(
            new AttemptId(Guid.Parse(row.GetString(0))),
            new JobId(Guid.Parse(row.GetString(1))),
            new Fence((ulong)row.GetInt64(2)),
            (AttemptState)row.GetInt32(3),
            (ulong)row.GetInt64(4),
            spec);
    }

    private static AttemptEvent ReadEvent(SqliteDataReader row) => new(
        new AttemptId(Guid.Parse(row.GetString(0))), (ulong)row.GetInt64(1), (AttemptState)row.GetInt32(2), row.GetInt64(3), row.GetString(4), row.GetString(5));
}
