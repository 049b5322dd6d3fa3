using Rigshift.Rules;
using Proto = Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Mapping;

/// <summary>Leases as the coordinator grants them.</summary>
internal static class LeaseMapper
{
    /// <summary>Null when there is no lease in it. An orphan time below the lease is read as the lease.</summary>
    public static LeaseTerms? Map(Proto.Lease? wire) => wire is null or { LeaseS: 0 }
        ? null
        : new LeaseTerms(TimeSpan.FromSeconds(wire.LeaseS), TimeSpan.FromSeconds(Math.Max(wire.LeaseS, wire.OrphanS)));
}
