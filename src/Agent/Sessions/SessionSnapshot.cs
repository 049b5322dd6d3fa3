using Rigshift.Agent.Model;

namespace Rigshift.Agent.Sessions;

/// <summary>The connection as `rigshift status` shows it. Replaced whole.</summary>
/// <param name="RigId">Null: the rig is not enrolled.</param>
/// <param name="Coordinator">Null: the rig is not enrolled.</param>
/// <param name="Connected">A session is open.</param>
/// <param name="Since">When Connected last changed; for display.</param>
/// <param name="LastError">Why the last session ended or did not begin, in plain words; null when nothing is wrong.</param>
/// <param name="NextRetry">When the rig tries again; null while it is connected or trying. For display.</param>
/// <param name="CertificateEnds">Null: the rig is not enrolled.</param>
/// <param name="Alarm">Set when the coordinator is not the one that this rig knows: nothing it says ends work here.</param>
internal sealed record SessionSnapshot(
    RigId? RigId, Uri? Coordinator, bool Connected, DateTimeOffset Since, string? LastError, DateTimeOffset? NextRetry, DateTimeOffset? CertificateEnds, string? Alarm);

/// <summary>Read by Control from any thread.</summary>
internal sealed class SessionView(TimeProvider time)
{
    private SessionSnapshot current = new(null, null, false, time.GetUtcNow(), null, null, null, null);

    public SessionSnapshot Current
    {
        get => Volatile.Read(ref current);
        set => Volatile.Write(ref current, value);
    }
}
