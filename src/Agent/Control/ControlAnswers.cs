using Rigshift.Agent.Model;
using Rigshift.Agent.Sessions;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Control;

/// <summary>What the service knows of itself, as the CLI shows it.</summary>
internal sealed class ControlAnswers(AgentPaths paths, string version, IJournal journal, SessionView sessions, TimeProvider time)
{
    private readonly long started = time.GetTimestamp();

    public StatusReport Status()
    {
        var session = sessions.Current;
        return new(
            Running: true,
            version,
            Environment.ProcessId,
            (long)time.GetElapsedTime(started).TotalSeconds,
            paths.StateDir,
            session.RigId?.ToString(),
            session.Coordinator?.OriginalString,
            session.RigId is null ? "not_enrolled" : session.Connected ? "connected" : "not_connected",
            session.Alarm ?? session.LastError ?? "",
            journal.LoadDraining(),
            journal.Recovering,
            Unsettled(journal.LoadAttempts()));
    }

    public JobsReport Jobs() => new(Running: true, Lines(journal.LoadAttempts()));

    /// <summary>The same from the state directory alone, when no service answers.</summary>
    /// <exception cref="JournalException">The journal cannot be read.</exception>
    public static JobsReport OfflineJobs(AgentPaths paths) => new(Running: false, Lines(JournalPeek.Attempts(StateDirectory.At(paths.StateDir))));

    /// <inheritdoc cref="OfflineJobs"/>
    public static StatusReport OfflineStatus(AgentPaths paths, string version) => new(
        Running: false,
        version,
        Pid: null,
        UptimeS: null,
        paths.StateDir,
        RigId: null,
        Coordinator: null,
        Link: "stopped",
        LinkDetail: "",
        Draining: false,
        Recovering: false,
        Unsettled(JournalPeek.Attempts(StateDirectory.At(paths.StateDir))));

    private static int Unsettled(IReadOnlyList<AttemptRecord> attempts) => attempts.Count(a => a.State != AttemptState.Acked);

    private static IReadOnlyList<AttemptLine> Lines(IReadOnlyList<AttemptRecord> attempts) =>
        [.. attempts.OrderByDescending(a => a.CreatedUnixMs).Select(AttemptLine.Of)];
}
