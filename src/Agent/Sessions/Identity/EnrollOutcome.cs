using Rigshift.Agent.Model;

namespace Rigshift.Agent.Sessions.Identity;

/// <summary>What `rigshift enroll` tells its user.</summary>
/// <param name="RigId">The rig's name from now on; null when it was not enrolled.</param>
/// <param name="Reason">Stable code of the refusal; empty on success.</param>
/// <param name="Message">What happened and what to do, for people.</param>
internal sealed record EnrollOutcome(RigId? RigId, string Reason, string Message)
{
    public bool Enrolled => RigId is not null;

    public static EnrollOutcome Refused(string reason, string message) => new(null, reason, message);
}
