using System.Text.Json;
using Rigshift.Agent.Model;
using Rigshift.Durable;

namespace Rigshift.Agent.Storage;

/// <summary>An entry with its JSON made on the caller's thread: the writer's thread is the one that everybody waits for.</summary>
internal sealed class PreparedEntry
{
    private readonly JournalEntry entry;
    private readonly StorageOptions options;
    private readonly string? record;
    private readonly string? spec;

    public PreparedEntry(JournalEntry entry, StorageOptions options)
    {
        this.entry = entry;
        this.options = options;
        record = entry.Attempt is { } a ? JsonSerializer.Serialize(AttemptBody.Of(a), JournalJson.Default.AttemptBody) : null;
        // The spec never changes after T1, which is the only commit in this state that has no lease yet.
        spec = entry.Attempt is { State: AttemptState.Accepted } accepted ? JsonSerializer.Serialize(accepted.Spec, JournalJson.Default.JobSpec) : null;
    }

    public void Write(SqlSession session)
    {
        WriteAttempt(session);
        WriteEvent(session);
        WriteTombstone(session);
        WriteFacts(session);
        foreach (var id in entry.Forget)
        {
            Forget(session, id);
        }
    }

    private void WriteAttempt(SqlSession session)
    {
        if (entry.Attempt is not { } attempt)
        {
            return;
        }

        var id = attempt.Id.ToString();
        session.Execute(
            """
            INSERT INTO attempt (id, job_id, fence, state, acked_event_no, record) VALUES (@id, @job, @fence, @state, @acked, @record)
            ON CONFLICT (id) DO UPDATE SET fence = excluded.fence, state = excluded.state, acked_event_no = excluded.acked_event_no, record = excluded.record
            """,
            ("@id", id),
            ("@job", attempt.JobId.ToString()),
            ("@fence", (long)attempt.Fence.Value),
            ("@state", (int)attempt.State),
            ("@acked", (long)attempt.AckedEventNo),
            ("@record", record));
        if (spec is not null || session.First("SELECT 1 FROM attempt_spec WHERE attempt_id = @id", row => row.GetInt32(0), ("@id", id)) == 0)
        {
            session.Execute(
                "INSERT INTO attempt_spec (attempt_id, spec) VALUES (@id, @spec) ON CONFLICT DO NOTHING",
                ("@id", id),
                ("@spec", spec ?? JsonSerializer.Serialize(attempt.Spec, JournalJson.Default.JobSpec)));
        }

        if (attempt.AckedEventNo > 0)
        {
            session.Execute("DELETE FROM attempt_event WHERE attempt_id = @id AND event_no <= @acked", ("@id", id), ("@acked", (long)attempt.AckedEventNo));
        }
    }

    private void WriteEvent(SqlSession session)
    {
        if (entry.Event is { } e)
        {
            session.Execute(
                "INSERT OR REPLACE INTO attempt_event VALUES (@id, @no, @state, @time, @reason, @detail)",
                ("@id", e.AttemptId.ToString()),
                ("@no", (long)e.EventNo),
                ("@state", (int)e.State),
                ("@time", e.RigTimeUnixMs),
                ("@reason", e.Reason),
                ("@detail", e.Detail));
        }
    }

    private void WriteTombstone(SqlSession session)
    {
        if (entry.Tombstone is not { } stone)
        {
            return;
        }

        var id = stone.AttemptId.ToString();
        var before = session.First("SELECT fence FROM tombstone WHERE attempt_id = @id", row => (ulong)row.GetInt64(0), ("@id", id));
        session.Execute(
            "INSERT OR REPLACE INTO tombstone (attempt_id, fence, reason, created_unix_ms) VALUES (@id, @fence, @reason, @time)",
            ("@id", id),
            ("@fence", (long)Math.Max(before, stone.Fence.Value)),
            ("@reason", stone.Reason),
            ("@time", stone.CreatedUnixMs));
        session.Execute("DELETE FROM tombstone WHERE number <= (SELECT max(number) FROM tombstone) - @keep", ("@keep", options.MaxTombstones));
        session.Execute("DELETE FROM tombstone WHERE created_unix_ms < @old", ("@old", stone.CreatedUnixMs - (long)options.TombstoneLife.TotalMilliseconds));
    }

    private void WriteFacts(SqlSession session)
    {
        if (entry.Session is { } facts)
        {
            SetFact(session, Facts.StateGen, facts.StateGen);
            SetFact(session, Facts.IncarnationSeen, facts.IncarnationSeen);
        }

        if (entry.Recovered)
        {
            SetFact(session, Facts.Recovering, 0);
        }

        if (entry.Draining is { } draining)
        {
            SetFact(session, Facts.Draining, draining ? 1UL : 0);
        }
    }

    public static void SetFact(SqlSession session, string name, ulong value) =>
        session.Execute("INSERT OR REPLACE INTO fact VALUES (@name, @value)", ("@name", name), ("@value", (long)value));

    // A result that nobody has acked is never dropped, whoever asks for it.
    private static void Forget(SqlSession session, AttemptId attempt)
    {
        var id = attempt.ToString();
        var state = session.First("SELECT state FROM attempt WHERE id = @id", row => (AttemptState?)row.GetInt32(0), ("@id", id));
        if (state is null)
        {
            return;
        }

        if (state != AttemptState.Acked)
        {
            throw new InvalidOperationException($"Attempt {id} is {state}: only an acked attempt may be forgotten.");
        }

        session.Execute("DELETE FROM attempt_event WHERE attempt_id = @id", ("@id", id));
        session.Execute("DELETE FROM attempt_spec WHERE attempt_id = @id", ("@id", id));
        session.Execute("DELETE FROM attempt WHERE id = @id", ("@id", id));
    }
}

/// <summary>Names in the table of facts.</summary>
internal static class Facts
{
    public const string AgentEpoch = "agent_epoch";
    public const string StateGen = "state_gen";
    public const string IncarnationSeen = "incarnation_seen";
    public const string Draining = "draining";
    public const string Recovering = "recovering";
}
