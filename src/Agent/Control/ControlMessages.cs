using System.Text.Json.Serialization;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Control;

/// <summary>One line of JSON from the CLI to the service.</summary>
/// <param name="Ask">"status" or "jobs".</param>
internal sealed record ControlRequest(string Ask);

/// <summary>One line of JSON back; exactly one part is set.</summary>
internal sealed record ControlReply(StatusReport? Status = null, JobsReport? Jobs = null, string? Fault = null);

/// <summary>How the agent is, for people and for <c>status --json</c>.</summary>
/// <param name="Running">The agent answered itself; false: read from its state directory.</param>
/// <param name="Link">"connected", "not_connected", "not_enrolled"; "stopped" when the agent does not run.</param>
/// <param name="Attempts">Attempts that are not settled with the coordinator.</param>
internal sealed record StatusReport(
    bool Running,
    string Version,
    int? Pid,
    long? UptimeS,
    string StateDir,
    string? RigId,
    string? Coordinator,
    string Link,
    string LinkDetail,
    bool Draining,
    bool Recovering,
    int Attempts);

/// <param name="Running">As in <see cref="StatusReport"/>.</param>
/// <param name="Attempts">Newest first.</param>
internal sealed record JobsReport(bool Running, IReadOnlyList<AttemptLine> Attempts);

/// <summary>One attempt for people.</summary>
internal sealed record AttemptLine(
    string AttemptId, string JobId, string Name, string Runtime, int AttemptNo, string State, string? Outcome, string Reason, string Detail, long CreatedUnixMs)
{
    public static AttemptLine Of(AttemptRecord record) => new(
        record.Id.ToString(),
        record.JobId.ToString(),
        record.Spec.Name,
        Word(record.Spec.Runtime.Kind.ToString()),
        record.AttemptNo,
        Word(record.State.ToString()),
        record.Outcome is { } outcome ? Word(outcome.Outcome.ToString()) : null,
        record.Outcome?.Reason ?? "",
        record.Outcome?.Detail ?? "",
        record.CreatedUnixMs);

    // LeaseLost → lease_lost, as reasons are written.
    private static string Word(string name) => string.Concat(name.Select((c, i) => char.IsUpper(c) && i > 0 ? "_" + char.ToLowerInvariant(c) : char.ToLowerInvariant(c).ToString()));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ControlRequest))]
[JsonSerializable(typeof(ControlReply))]
internal sealed partial class ControlJson : JsonSerializerContext;
