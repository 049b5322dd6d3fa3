using Microsoft.Data.Sqlite;
using Rigshift.Durable;

namespace Rigshift.Coordinator.Store;

/// <summary>SQL of the table rigs.</summary>
internal static class RigRows
{
    private const string Columns =
        "id, hostname, agent_version, anchors_hash, host, agent_epoch, boot_id, state_gen, offered_state_gen, last_seen_ms, draining, quarantine_reason, revoked, certificate_begins_ms, certificate_ends_ms";

    public static RigRow? Find(SqlSession session, Guid id) =>
        session.First($"SELECT {Columns} FROM rigs WHERE id = $id", Read, ("$id", JobRows.Text(id)));

    public static IReadOnlyList<RigRow> All(SqlSession session) =>
        session.Query($"SELECT {Columns} FROM rigs ORDER BY hostname, id", Read);

    public static void Insert(SqlSession session, Guid id, string hostname, string agentVersion, string anchors, long nowMs) =>
        session.Execute(
            "INSERT INTO rigs (id, hostname, agent_version, anchors_hash, created_ms) VALUES ($id, $host, $version, $anchors, $now)",
            ("$id", JobRows.Text(id)), ("$host", hostname), ("$version", agentVersion), ("$anchors", anchors), ("$now", nowMs));

    /// <summary>What Hello said, and the state generation that the rig is given with the answer.</summary>
    public static void Greet(SqlSession session, RigRow rig, string anchors, byte[] host, ulong presented, ulong offered, long nowMs) =>
        session.Execute(
            """
            UPDATE rigs SET hostname = $hostname, agent_version = $version, anchors_hash = $anchors, host = $host, agent_epoch = $epoch, boot_id = $boot,
                state_gen = $presented, offered_state_gen = $offered, last_seen_ms = $now
            WHERE id = $id
            """,
            ("$id", JobRows.Text(rig.Id)), ("$hostname", rig.Hostname), ("$version", rig.AgentVersion), ("$anchors", anchors), ("$host", host),
            ("$epoch", unchecked((long)rig.AgentEpoch)), ("$boot", rig.BootId), ("$presented", unchecked((long)presented)), ("$offered", unchecked((long)offered)), ("$now", nowMs));

    /// <summary>The rig has the generation on disk.</summary>
    public static void Confirm(SqlSession session, Guid id, ulong stateGen) =>
        session.Execute(
            "UPDATE rigs SET state_gen = $gen WHERE id = $id AND offered_state_gen = $gen",
            ("$id", JobRows.Text(id)), ("$gen", unchecked((long)stateGen)));

    public static void Seen(SqlSession session, Guid id, long nowMs) =>
        session.Execute("UPDATE rigs SET last_seen_ms = $now WHERE id = $id", ("$id", JobRows.Text(id)), ("$now", nowMs));

    /// <summary>A certificate was used: from now on older ones are superseded.</summary>
    public static void UseCertificate(SqlSession session, Guid id, long beginsMs, long endsMs) =>
        session.Execute(
            "UPDATE rigs SET certificate_begins_ms = $begins, certificate_ends_ms = $ends WHERE id = $id AND certificate_begins_ms < $begins",
            ("$id", JobRows.Text(id)), ("$begins", beginsMs), ("$ends", endsMs));

    public static void SetDraining(SqlSession session, Guid id, bool draining) =>
        session.Execute("UPDATE rigs SET draining = $draining WHERE id = $id", ("$id", JobRows.Text(id)), ("$draining", draining));

    public static void ClearQuarantine(SqlSession session, Guid id) =>
        session.Execute("UPDATE rigs SET quarantine_reason = '', failed_jobs = '' WHERE id = $id", ("$id", JobRows.Text(id)));

    public static void Revoke(SqlSession session, Guid id) =>
        session.Execute("UPDATE rigs SET revoked = 1 WHERE id = $id", ("$id", JobRows.Text(id)));

    private static RigRow Read(SqliteDataReader row) => new()
    {
        Id = Guid.ParseExact(row.GetString(0), "D"),
        Hostname = row.GetString(1),
        AgentVersion = row.GetString(2),
        AnchorsHash = row.GetString(3),
        Host = row.IsDBNull(4) ? null : row.GetFieldValue<byte[]>(4),
        AgentEpoch = unchecked((ulong)row.GetInt64(5)),
        BootId = row.GetString(6),
        StateGen = unchecked((ulong)row.GetInt64(7)),
        OfferedStateGen = unchecked((ulong)row.GetInt64(8)),
        LastSeenMs = row.GetInt64(9),
        Draining = row.GetBoolean(10),
        QuarantineReason = row.GetString(11),
        Revoked = row.GetBoolean(12),
        CertificateBeginsMs = row.GetInt64(13),
        CertificateEndsMs = row.GetInt64(14),
    };
}
