using Microsoft.Data.Sqlite;
using Rigshift.Durable;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Store;

/// <summary>SQL of the table jobs.</summary>
internal static class JobRows
{
    private const string Columns =
        "seq, id, priority, max_attempts, lease_class, state, fence, attempt_id, attempts, failures, losses, cancel_requested, committed_attempt, reason, detail, created_ms, ended_ms";

    /// <summary>Every UPDATE of a job's state names the states that have ended, and the fence, so that no stale writer gets through.</summary>
    private const string StillOpen = "state IN (1, 2, 3)";

    public static JobRow? Find(SqlSession session, Guid id) =>
        session.First($"SELECT {Columns} FROM jobs WHERE id = $id", Read, ("$id", Text(id)));

    public static JobRow? FindByRequest(SqlSession session, string requestId) =>
        session.First($"SELECT {Columns} FROM jobs WHERE request_id = $request", Read, ("$request", requestId));

    /// <summary>At most two: more than one means that the beginning is ambiguous.</summary>
    public static IReadOnlyList<JobRow> FindByPrefix(SqlSession session, string prefix) =>
        session.Query($"SELECT {Columns} FROM jobs WHERE id >= $from AND id < $to LIMIT 2", Read, ("$from", prefix), ("$to", prefix + "~"));

    public static IReadOnlyList<JobRow> Open(SqlSession session) =>
        session.Query($"SELECT {Columns} FROM jobs WHERE {StillOpen} ORDER BY seq", Read);

    /// <summary>Newest first, below a sequence number.</summary>
    public static IReadOnlyList<JobRow> Page(SqlSession session, long below, int stateMask, int count) =>
        session.Query(
            $"SELECT {Columns} FROM jobs WHERE seq < $below AND ((1 << state) & $mask) <> 0 ORDER BY seq DESC LIMIT $count",
            Read,
            ("$below", below), ("$mask", stateMask), ("$count", count));

    public static byte[]? Spec(SqlSession session, Guid id) =>
        session.First("SELECT spec FROM jobs WHERE id = $id", row => row.GetFieldValue<byte[]>(0), ("$id", Text(id)));

    public static void Insert(SqlSession session, Guid id, string? requestId, byte[] spec, int priority, int maxAttempts, LeaseClass leaseClass, long nowMs) =>
        session.Execute(
            """
            INSERT INTO jobs (id, request_id, spec, priority, max_attempts, lease_class, state, created_ms)
            VALUES ($id, $request, $spec, $priority, $max, $class, 1, $now)
            """,
            ("$id", Text(id)), ("$request", requestId), ("$spec", spec), ("$priority", priority), ("$max", maxAttempts), ("$class", (int)leaseClass), ("$now", nowMs));

    public static void InsertInput(SqlSession session, Guid id, string digest) =>
        session.Execute("INSERT OR IGNORE INTO job_inputs (job_id, digest) VALUES ($id, $digest)", ("$id", Text(id)), ("$digest", digest));

    /// <summary>Gives a waiting job to an attempt; the attempt's number, or 0 when the job no longer waits.</summary>
    public static int Assign(SqlSession session, Guid id, Guid attemptId, Fence fence) =>
        session.First(
            """
            UPDATE jobs SET state = 2, fence = $fence, attempt_id = $attempt, attempts = attempts + 1, reason = '', detail = ''
            WHERE id = $id AND state = 1 AND cancel_requested = 0 RETURNING attempts
            """,
            row => row.GetInt32(0),
            ("$id", Text(id)), ("$attempt", Text(attemptId)), ("$fence", Bits(fence)));

    /// <summary>Moves an open job whose fence this is; false: another attempt owns it, or it has ended.</summary>
    public static bool Move(SqlSession session, Guid id, Fence fence, JobState state) =>
        session.Execute(
            $"UPDATE jobs SET state = $state WHERE id = $id AND fence = $fence AND {StillOpen}",
            ("$id", Text(id)), ("$fence", Bits(fence)), ("$state", (int)state)) == 1;

    /// <summary>Hands an open job from the attempt of one fence to that of another.</summary>
    public static bool Refence(SqlSession session, Guid id, Fence from, Fence to, Guid attemptId, JobState state) =>
        session.Execute(
            $"UPDATE jobs SET fence = $to, attempt_id = $attempt, state = $state WHERE id = $id AND fence = $from AND {StillOpen}",
            ("$id", Text(id)), ("$from", Bits(from)), ("$to", Bits(to)), ("$attempt", Text(attemptId)), ("$state", (int)state)) == 1;

    /// <summary>The one place where a job ends or goes back to waiting after an attempt; the fence decides who may.</summary>
    public static bool Settle(SqlSession session, Guid id, Fence fence, JobFate fate, Guid? committed, long nowMs) =>
        session.Execute(
            $"""
            UPDATE jobs SET state = $state, failures = $failures, losses = $losses, reason = $reason, detail = $detail,
                committed_attempt = $committed, ended_ms = $ended
            WHERE id = $id AND fence = $fence AND {StillOpen}
            """,
            ("$id", Text(id)), ("$fence", Bits(fence)), ("$state", (int)fate.State), ("$failures", fate.Failures), ("$losses", fate.Losses),
            ("$reason", fate.Reason), ("$detail", fate.Detail), ("$committed", committed is { } c ? Text(c) : null),
            ("$ended", fate.State == JobState.Pending ? 0L : nowMs)) == 1;

    /// <summary>Ends a job that waits for a rig; false: it no longer waits.</summary>
    public static bool CancelWaiting(SqlSession session, Guid id, long nowMs) =>
        session.Execute(
            "UPDATE jobs SET state = 6, cancel_requested = 1, reason = $reason, ended_ms = $now WHERE id = $id AND state = 1",
            ("$id", Text(id)), ("$reason", Reason.Cancelled), ("$now", nowMs)) == 1;

    public static bool RequestCancel(SqlSession session, Guid id) =>
        session.Execute($"UPDATE jobs SET cancel_requested = 1 WHERE id = $id AND cancel_requested = 0 AND {StillOpen}", ("$id", Text(id))) == 1;

    internal static string Text(Guid id) => id.ToString("D");

    internal static long Bits(Fence fence) => unchecked((long)fence.Value);

    private static JobRow Read(SqliteDataReader row) => new()
    {
        Sequence = row.GetInt64(0),
        Id = Guid.ParseExact(row.GetString(1), "D"),
        Priority = row.GetInt32(2),
        MaxAttempts = row.GetInt32(3),
        LeaseClass = (LeaseClass)row.GetInt32(4),
        State = (JobState)row.GetInt32(5),
        Fence = new Fence(unchecked((ulong)row.GetInt64(6))),
        AttemptId = row.IsDBNull(7) ? null : Guid.ParseExact(row.GetString(7), "D"),
        Attempts = row.GetInt32(8),
        Failures = row.GetInt32(9),
        Losses = row.GetInt32(10),
        CancelRequested = row.GetBoolean(11),
        CommittedAttempt = row.IsDBNull(12) ? null : Guid.ParseExact(row.GetString(12), "D"),
        Reason = row.GetString(13),
        Detail = row.GetString(14),
        CreatedMs = row.GetInt64(15),
        EndedMs = row.GetInt64(16),
    };
}
