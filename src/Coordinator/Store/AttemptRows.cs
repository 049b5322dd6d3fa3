using Microsoft.Data.Sqlite;
using Rigshift.Durable;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Store;

/// <summary>SQL of the tables attempts and events.</summary>
internal static class AttemptRows
{
    private const string Columns =
        "id, job_id, rig_id, rig_name, attempt_no, fence, state, phase, last_event, outcome, reason, detail, was_lost, result_digest, started_ms, ended_ms";

    public static AttemptRow? Find(SqlSession session, Guid id) =>
        session.First($"SELECT {Columns} FROM attempts WHERE id = $id", Read, ("$id", JobRows.Text(id)));

    public static IReadOnlyList<AttemptRow> OfJob(SqlSession session, Guid jobId) =>
        session.Query($"SELECT {Columns} FROM attempts WHERE job_id = $job ORDER BY attempt_no, rowid", Read, ("$job", JobRows.Text(jobId)));

    /// <summary>What the rig has, or had when it was last heard of, and has not ended.</summary>
    public static IReadOnlyList<AttemptRow> LiveOnRig(SqlSession session, Guid rigId) =>
        session.Query($"SELECT {Columns} FROM attempts WHERE rig_id = $rig AND state IN (1, 2, 3)", Read, ("$rig", JobRows.Text(rigId)));

    public static IReadOnlyList<AttemptRow> Live(SqlSession session) =>
        session.Query($"SELECT {Columns} FROM attempts WHERE state IN (1, 2)", Read);

    public static bool RigNeedsArtifact(SqlSession session, Guid rigId, string digest) =>
        session.First(
            "SELECT 1 FROM attempts a JOIN job_inputs i ON i.job_id = a.job_id WHERE a.rig_id = $rig AND a.state IN (1, 2, 3) AND i.digest = $digest LIMIT 1",
            row => row.GetInt32(0),
            ("$rig", JobRows.Text(rigId)), ("$digest", digest)) == 1;

    public static bool RigHasLive(SqlSession session, Guid rigId) =>
        session.First("SELECT 1 FROM attempts WHERE rig_id = $rig AND state IN (1, 2, 3) LIMIT 1", row => row.GetInt32(0), ("$rig", JobRows.Text(rigId))) == 1;

    public static byte[]? Result(SqlSession session, Guid id) =>
        session.First("SELECT result FROM attempts WHERE id = $id", row => row.IsDBNull(0) ? null : row.GetFieldValue<byte[]>(0), ("$id", JobRows.Text(id)));

    public static void Insert(SqlSession session, Guid id, Guid jobId, Guid rigId, string rigName, int attemptNo, Fence fence, AttemptState state, AttemptPhase phase) =>
        session.Execute(
            """
            INSERT INTO attempts (id, job_id, rig_id, rig_name, attempt_no, fence, state, phase)
            VALUES ($id, $job, $rig, $name, $no, $fence, $state, $phase)
            """,
            ("$id", JobRows.Text(id)), ("$job", JobRows.Text(jobId)), ("$rig", JobRows.Text(rigId)), ("$name", rigName),
            ("$no", attemptNo), ("$fence", JobRows.Bits(fence)), ("$state", (int)state), ("$phase", (int)phase));

    public static void Delete(SqlSession session, Guid id) => session.Execute("DELETE FROM attempts WHERE id = $id", ("$id", JobRows.Text(id)));

    /// <summary>The rig has it: after an accept, or when it comes back with an attempt that was lost.</summary>
    public static void Hold(SqlSession session, Guid id, Fence fence, AttemptPhase phase) =>
        session.Execute(
            "UPDATE attempts SET state = 2, fence = $fence, phase = max(phase, $phase), reason = '', ended_ms = 0 WHERE id = $id",
            ("$id", JobRows.Text(id)), ("$fence", JobRows.Bits(fence)), ("$phase", (int)phase));

    public static void Lose(SqlSession session, Guid id, string reason, long nowMs) =>
        session.Execute(
            "UPDATE attempts SET state = 3, was_lost = 1, reason = $reason, ended_ms = $now WHERE id = $id",
            ("$id", JobRows.Text(id)), ("$reason", reason), ("$now", nowMs));

    /// <summary>Ends it without a result of the rig's.</summary>
    public static void End(SqlSession session, Guid id, string reason, long nowMs) =>
        session.Execute(
            "UPDATE attempts SET state = 4, reason = $reason, ended_ms = CASE ended_ms WHEN 0 THEN $now ELSE ended_ms END WHERE id = $id",
            ("$id", JobRows.Text(id)), ("$reason", reason), ("$now", nowMs));

    public static void EndOthers(SqlSession session, Guid jobId, Guid except, string reason, long nowMs) =>
        session.Execute(
            "UPDATE attempts SET state = 4, reason = $reason, ended_ms = CASE ended_ms WHEN 0 THEN $now ELSE ended_ms END WHERE job_id = $job AND id <> $except AND state IN (1, 2, 3)",
            ("$job", JobRows.Text(jobId)), ("$except", JobRows.Text(except)), ("$reason", reason), ("$now", nowMs));

    public static void Finish(SqlSession session, AttemptResult result, Guid id, bool wasLost, long nowMs) =>
        session.Execute(
            """
            UPDATE attempts SET state = 4, phase = 6, outcome = $outcome, reason = $reason, detail = $detail, was_lost = $lost, result = $result,
                result_digest = $digest, started_ms = CASE started_ms WHEN 0 THEN $now ELSE started_ms END, ended_ms = $now
            WHERE id = $id
            """,
            ("$id", JobRows.Text(id)), ("$outcome", (int)result.Outcome), ("$reason", result.Reason), ("$detail", result.Detail), ("$lost", wasLost),
            ("$result", Google.Protobuf.MessageExtensions.ToByteArray(result)), ("$digest", result.ResultDigest), ("$now", nowMs));

    public static void AddEvent(SqlSession session, Guid attemptId, AttemptEvent e, long nowMs)
    {
        session.Execute(
            "INSERT OR IGNORE INTO events (attempt_id, event_no, phase, rig_time_ms, reason, detail) VALUES ($id, $no, $phase, $time, $reason, $detail)",
            ("$id", JobRows.Text(attemptId)), ("$no", unchecked((long)e.EventNo)), ("$phase", (int)e.Phase), ("$time", e.RigTimeUnixMs), ("$reason", e.Reason), ("$detail", e.Detail));
        session.Execute(
            """
            UPDATE attempts SET last_event = $no, phase = CASE state WHEN 4 THEN phase ELSE max(phase, $phase) END,
                started_ms = CASE WHEN started_ms = 0 AND $phase >= 4 THEN $now ELSE started_ms END
            WHERE id = $id
            """,
            ("$id", JobRows.Text(attemptId)), ("$no", unchecked((long)e.EventNo)), ("$phase", (int)e.Phase), ("$now", nowMs));
    }

    private static AttemptRow Read(SqliteDataReader row) => new()
    {
        Id = Guid.ParseExact(row.GetString(0), "D"),
        JobId = Guid.ParseExact(row.GetString(1), "D"),
        RigId = Guid.ParseExact(row.GetString(2), "D"),
        RigName = row.GetString(3),
        AttemptNo = row.GetInt32(4),
        Fence = new Fence(unchecked((ulong)row.GetInt64(5))),
        State = (AttemptState)row.GetInt32(6),
        Phase = (AttemptPhase)row.GetInt32(7),
        LastEvent = unchecked((ulong)row.GetInt64(8)),
        Outcome = (Outcome)row.GetInt32(9),
        Reason = row.GetString(10),
        Detail = row.GetString(11),
        WasLost = row.GetBoolean(12),
        ResultDigest = row.IsDBNull(13) ? null : row.GetString(13),
        StartedMs = row.GetInt64(14),
        EndedMs = row.GetInt64(15),
    };
}
