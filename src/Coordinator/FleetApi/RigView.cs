using Rigshift.Coordinator.RigSessions;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.FleetApi;

/// <summary>A rig as the operator sees it: what is on record, and its live session.</summary>
internal sealed class RigView(RigStore rigs, SessionTable sessions)
{
    public RigStatus Show(RigRow row)
    {
        var session = sessions.Find(row.Id);
        if (session?.IsConfirmed != true)
        {
            session = null;
        }

        var status = new RigStatus
        {
            RigId = row.Id.ToString("D"),
            Host = row.Host is { } host ? HostInventory.Parser.ParseFrom(host) : new HostInventory { Hostname = row.Hostname },
            Connected = session is not null,
            LastSeenUnixMs = session?.LastHeard.ToUnixTimeMilliseconds() ?? row.LastSeenMs,
            Draining = row.Draining,
            QuarantineReason = row.Revoked ? Reason.Revoked : row.QuarantineReason,
            AgentVersion = row.AgentVersion,
            Offer = session?.Offer,
            AgentEpoch = row.AgentEpoch,
            CertificateEndsUnixMs = row.CertificateEndsMs,
        };
        status.AttemptIds.AddRange(rigs.LiveAttempts(row.Id).Where(attempt => attempt.State != AttemptState.Lost).Select(attempt => attempt.Id.ToString("D")));
        return status;
    }
}
