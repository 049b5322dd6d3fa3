using System.Collections.Immutable;
using Proto = Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Core;

/// <summary>The state after an input, and what is to be done, in order.</summary>
internal sealed record SessionStep(SessionState State, ImmutableArray<SessionEffect> Effects)
{
    public static SessionStep Nothing(SessionState state) => new(state, []);

    public static SessionStep With(SessionState state, params ReadOnlySpan<SessionEffect> effects) => new(state, [.. effects]);

    /// <summary>Stamps the session's generation on the message: without it the coordinator refuses it.</summary>
    public static SessionStep Sending(SessionState state, Proto.RigMessage message, bool urgent)
    {
        message.SessionGen = state.SessionGen;
        return With(state, new Send(message, urgent));
    }

    public static SessionStep Ignoring(SessionState state, string what, string why) => With(state, new Ignored(what, why));

    public static SessionStep Closing(SessionState state, SessionEnd end) => With(state with { Phase = SessionPhase.Closed }, new Close(end));
}
