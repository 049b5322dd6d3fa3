using Rigshift.Agent.Jobs;
using Rigshift.Agent.Sessions.Identity;
using Rigshift.Agent.Storage;
using Rigshift.Rules;
using Proto = Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Mapping;

/// <summary>Everything a session begins with.</summary>
internal sealed record HelloFacts(
    RigIdentity Identity,
    ulong AgentEpoch,
    string BootId,
    SessionFacts Session,
    bool Recovering,
    RigFacts Host,
    IReadOnlyList<string> Runtimes,
    IReadOnlyList<AttemptReport> Attempts,
    IReadOnlyList<SettledResult> RecentlyAcked);

/// <summary>Hello, within the size that the protocol allows.</summary>
internal static class HelloMapper
{
    /// <summary>About 130 bytes each: with the settled results this stays below 1 MiB.</summary>
    public const int MaxAttempts = 5000;

    public static Proto.RigMessage Map(HelloFacts facts) => new()
    {
        Hello = new Proto.Hello
        {
            RigId = facts.Identity.RigId.ToString(),
            AgentEpoch = facts.AgentEpoch,
            BootId = facts.BootId,
            StateGen = facts.Session.StateGen,
            MinVersion = ProtocolLimits.Version,
            MaxVersion = ProtocolLimits.Version,
            AnchorsHash = facts.Host.AnchorsHash,
            Attempts = { facts.Attempts.Take(MaxAttempts).Select(Map) },
            RecentlyAcked = { facts.RecentlyAcked.Take(ProtocolLimits.MaxRecentlyAcked).Select(Map) },
            IncarnationSeen = facts.Session.IncarnationSeen,
            ClusterId = facts.Identity.ClusterId.ToString("D"),
            AgentVersion = facts.Host.AgentVersion,
            Host = new Proto.HostInventory
            {
                Hostname = facts.Host.Hostname,
                Os = facts.Host.Os,
                OsVersion = facts.Host.OsVersion,
                CpuCores = (uint)facts.Host.CpuCores,
                MemoryBytes = (ulong)facts.Host.MemoryBytes,
                Runtimes = { facts.Runtimes },
                GpuNote = facts.Host.GpuNote,
            },
            Recovering = facts.Recovering,
        },
    };

    private static Proto.AttemptReport Map(AttemptReport report) => new()
    {
        AttemptId = report.Id.ToString(),
        JobId = report.JobId.ToString(),
        Fence = report.Fence.Value,
        Phase = (Proto.AttemptPhase)report.State,
        LastEventNo = report.LastEventNo,
        Outcome = report.Outcome is { } outcome ? (Proto.Outcome)outcome : Proto.Outcome.Unspecified,
        Live = report.Live,
    };

    private static Proto.RecentResult Map(SettledResult result) => new()
    {
        AttemptId = result.Id.ToString(),
        JobId = result.JobId.ToString(),
        Fence = result.Fence.Value,
        ResultDigest = result.ResultDigest.ToString(),
        Outcome = (Proto.Outcome)result.Outcome,
    };
}
