using Rigshift.Durable;

namespace Rigshift.Agent.Storage;

/// <summary>
/// The journal's tables.
/// <code>
/// fact (name, value)        attempt (id, ..., record)  1 ── 1  attempt_spec (attempt_id, spec)
///   agent_epoch                  │ 1
///   state_gen                    └── n  attempt_event (attempt_id, event_no, ...)   only those not acked
///   incarnation_seen
///   draining, recovering    tombstone (attempt_id, fence, ...)   outlives the attempt
/// </code>
/// record and spec are JSON. The spec has a table of its own because it may have a megabyte and never changes, while the
/// record is written six times in an attempt's life. Numbers of 64 bits without sign are stored as their two's complement.
/// </summary>
internal static class JournalSchema
{
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new(1, """
            CREATE TABLE fact (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE attempt (
                number INTEGER PRIMARY KEY,
                id TEXT NOT NULL UNIQUE,
                job_id TEXT NOT NULL,
                fence INTEGER NOT NULL,
                state INTEGER NOT NULL,
                acked_event_no INTEGER NOT NULL,
                record TEXT NOT NULL);
            CREATE TABLE attempt_spec (attempt_id TEXT PRIMARY KEY, spec TEXT NOT NULL);
            CREATE TABLE attempt_event (
                attempt_id TEXT NOT NULL,
                event_no INTEGER NOT NULL,
                state INTEGER NOT NULL,
                rig_time_unix_ms INTEGER NOT NULL,
                reason TEXT NOT NULL,
                detail TEXT NOT NULL,
                PRIMARY KEY (attempt_id, event_no)) WITHOUT ROWID;
            CREATE TABLE tombstone (
                number INTEGER PRIMARY KEY,
                attempt_id TEXT NOT NULL UNIQUE,
                fence INTEGER NOT NULL,
                reason TEXT NOT NULL,
                created_unix_ms INTEGER NOT NULL);
            """),
    ];
}
