using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>Our terms in the protocol's words.</summary>
internal static class Wire
{
    public static Lease Lease(LeaseTerms terms) => new() { LeaseS = (uint)terms.Lease.TotalSeconds, OrphanS = (uint)terms.Orphan.TotalSeconds };
}
