using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Rules;
using Proto = Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Mapping;

/// <summary>Facts about attempts as the coordinator hears of them.</summary>
internal static class OutboxMapper
{
    /// <summary>As the protocol bounds it: a unit is a word for people.</summary>
    private const int MaxUnitLength = 32;

    public static Proto.RigMessage Map(OutboxItem item) => item switch
    {
        EventItem e => new Proto.RigMessage { Event = Map(e) },
        ResultItem r => new Proto.RigMessage { Result = Map(r) },
        _ => throw new ArgumentException($"No message for {item.GetType().Name}.", nameof(item)),
    };

    public static Proto.RigMessage Map(ProgressReport report) => new()
    {
        Progress = new Proto.Progress
        {
            AttemptId = report.Id.ToString(),
            Fence = report.Fence.Value,
            Done = report.Done,
            Total = report.Total,
            Unit = Cut(SafeText.ForMessage(report.Unit), MaxUnitLength),
        },
    };

    private static Proto.AttemptEvent Map(EventItem item) => new()
    {
        AttemptId = item.Id.ToString(),
        Fence = item.Fence.Value,
        EventNo = item.Event.EventNo,
        Phase = (Proto.AttemptPhase)item.Event.State,
        RigTimeUnixMs = item.Event.RigTimeUnixMs,
        Reason = item.Event.Reason,
        Detail = Cut(item.Event.Detail, ProtocolLimits.MaxDetailLength),
    };

    private static Proto.AttemptResult Map(ResultItem item)
    {
        var record = item.Record;
        var outcome = record.Outcome ?? throw new ArgumentException($"Attempt {record.Id} has no outcome to send.", nameof(item));
        var result = new Proto.AttemptResult
        {
            AttemptId = record.Id.ToString(),
            JobId = record.JobId.ToString(),
            Fence = record.Fence.Value,
            Outcome = (Proto.Outcome)outcome.Outcome,
            Reason = outcome.Reason,
            Detail = Cut(outcome.Detail, ProtocolLimits.MaxDetailLength),
            ResultDigest = item.ResultDigest.ToString(),
            StdoutBytes = (ulong)item.StdoutBytes,
            StderrBytes = (ulong)item.StderrBytes,
            Outputs = { record.Outputs.Select(Map) },
        };
        if (outcome.ExitCode is { } code)
        {
            result.ExitCode = code;
        }

        if (record.Usage is { } usage)
        {
            result.Usage = Map(usage);
        }

        return result;
    }

    private static Proto.Output Map(OutputArtifact output) => new()
    {
        Path = output.Path,
        Artifact = new Proto.ArtifactRef { Digest = output.Digest.ToString(), SizeBytes = (ulong)output.SizeBytes },
    };

    private static Proto.Usage Map(AttemptUsage usage)
    {
        var wire = new Proto.Usage();
        if (usage.WallS is { } wall)
        {
            wire.WallS = wall;
        }

        if (usage.CpuS is { } cpu)
        {
            wire.CpuS = cpu;
        }

        if (usage.PeakMemoryBytes is { } peak)
        {
            wire.PeakMemoryBytes = (ulong)peak;
        }

        return wire;
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length];
}
