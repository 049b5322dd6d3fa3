using System.Collections.Concurrent;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>The live sessions: at most one per rig. A cache; the truth about attempts is on disk.</summary>
internal sealed class SessionTable
{
    private readonly ConcurrentDictionary<Guid, RigSession> live = new();

    /// <summary>The rig's newest confirmed or unconfirmed session; null: it is not connected.</summary>
    public RigSession? Find(Guid rigId) => live.GetValueOrDefault(rigId);

    /// <summary>Only if this generation is still the newest.</summary>
    public RigSession? Find(Guid rigId, ulong generation) => live.GetValueOrDefault(rigId) is { } session && session.Generation == generation ? session : null;

    /// <summary>The newer session takes over at once, and the older one is told. False: this one is the older.</summary>
    public bool Enter(RigSession session)
    {
        var winner = live.AddOrUpdate(session.RigId, session, (_, old) => old.Generation > session.Generation ? old : Supersede(old, session));
        return ReferenceEquals(winner, session);
    }

    /// <summary>False: another session has taken its place.</summary>
    public bool Leave(RigSession session) => live.TryRemove(new KeyValuePair<Guid, RigSession>(session.RigId, session));

    public IReadOnlyList<RigSession> All() => [.. live.Values];

    private static RigSession Supersede(RigSession old, RigSession by)
    {
        old.Finish(new Protocol.V1.CoordinatorMessage { Superseded = new Protocol.V1.Superseded { ByAgentEpoch = by.AgentEpoch } });
        return by;
    }
}
