using Rigshift.Durable;

namespace Rigshift.Coordinator.Store;

/// <summary>The database's tables. 64-bit numbers of the protocol are stored by their bits and only ever compared for equality in SQL.</summary>
internal static class CoordinatorSchema
{
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new Migration(1, """
            CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

            CREATE TABLE jobs (
                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                request_id TEXT UNIQUE,
                spec BLOB NOT NULL,
                priority INTEGER NOT NULL,
                max_attempts INTEGER NOT NULL,
                lease_class INTEGER NOT NULL,
                state INTEGER NOT NULL,
                fence INTEGER NOT NULL DEFAULT 0,
                attempt_id TEXT,
                attempts INTEGER NOT NULL DEFAULT 0,
                failures INTEGER NOT NULL DEFAULT 0,
                losses INTEGER NOT NULL DEFAULT 0,
                cancel_requested INTEGER NOT NULL DEFAULT 0,
                committed_attempt TEXT,
                reason TEXT NOT NULL DEFAULT '',
                detail TEXT NOT NULL DEFAULT '',
                created_ms INTEGER NOT NULL,
                ended_ms INTEGER NOT NULL DEFAULT 0
            ) STRICT;
            CREATE INDEX jobs_open ON jobs (seq) WHERE state IN (1, 2, 3);

            CREATE TABLE job_inputs (job_id TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (job_id, digest)) STRICT, WITHOUT ROWID;

            CREATE TABLE attempts (
                id TEXT PRIMARY KEY,
                job_id TEXT NOT NULL,
                rig_id TEXT NOT NULL,
                rig_name TEXT NOT NULL,
                attempt_no INTEGER NOT NULL,
                fence INTEGER NOT NULL,
                state INTEGER NOT NULL,
                phase INTEGER NOT NULL DEFAULT 0,
                last_event INTEGER NOT NULL DEFAULT 0,
                outcome INTEGER NOT NULL DEFAULT 0,
                reason TEXT NOT NULL DEFAULT '',
                detail TEXT NOT NULL DEFAULT '',
                was_lost INTEGER NOT NULL DEFAULT 0,
                result BLOB,
                result_digest TEXT,
                started_ms INTEGER NOT NULL DEFAULT 0,
                ended_ms INTEGER NOT NULL DEFAULT 0
            ) STRICT;
            CREATE INDEX attempts_of_job ON attempts (job_id, attempt_no);
            CREATE INDEX attempts_of_rig ON attempts (rig_id) WHERE state IN (1, 2, 3);

            CREATE TABLE events (
                attempt_id TEXT NOT NULL,
                event_no INTEGER NOT NULL,
                phase INTEGER NOT NULL,
                rig_time_ms INTEGER NOT NULL,
                reason TEXT NOT NULL,
                detail TEXT NOT NULL,
                PRIMARY KEY (attempt_id, event_no)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE rigs (
                id TEXT PRIMARY KEY,
                hostname TEXT NOT NULL,
                agent_version TEXT NOT NULL,
                anchors_hash TEXT NOT NULL,
                host BLOB,
                agent_epoch INTEGER NOT NULL DEFAULT 0,
                boot_id TEXT NOT NULL DEFAULT '',
                state_gen INTEGER NOT NULL DEFAULT 0,
                offered_state_gen INTEGER NOT NULL DEFAULT 0,
                last_seen_ms INTEGER NOT NULL DEFAULT 0,
                draining INTEGER NOT NULL DEFAULT 0,
                quarantine_reason TEXT NOT NULL DEFAULT '',
                failed_jobs TEXT NOT NULL DEFAULT '',
                revoked INTEGER NOT NULL DEFAULT 0,
                certificate_begins_ms INTEGER NOT NULL DEFAULT 0,
                certificate_ends_ms INTEGER NOT NULL DEFAULT 0,
                created_ms INTEGER NOT NULL
            ) STRICT;

            CREATE TABLE tokens (
                id TEXT PRIMARY KEY,
                secret_hash BLOB NOT NULL,
                expires_ms INTEGER NOT NULL,
                uses_left INTEGER NOT NULL
            ) STRICT;
            CREATE TABLE enrollments (
                token_id TEXT NOT NULL,
                key_hash TEXT NOT NULL,
                rig_id TEXT NOT NULL,
                PRIMARY KEY (token_id, key_hash)
            ) STRICT, WITHOUT ROWID;

            CREATE TABLE orders (
                seq INTEGER PRIMARY KEY AUTOINCREMENT,
                id TEXT NOT NULL UNIQUE,
                rig_id TEXT NOT NULL,
                body BLOB NOT NULL
            ) STRICT;
            CREATE INDEX orders_of_rig ON orders (rig_id);
            """),
    ];
}
