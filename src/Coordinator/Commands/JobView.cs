using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary>A job in <c>--json</c>. Names and meanings stay; fields may be added. Absent values are left out.</summary>
internal sealed record JobView(
    string JobId, string Name, string State, string Runtime, int Priority, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt,
    string? Reason, string? Advice, string? Detail, bool? CancelRequested, IReadOnlyList<AttemptView> Attempts, IReadOnlyList<OutputView>? Outputs)
{
    public static JobView From(Job job) => new(
        job.JobId,
        job.Spec?.Name ?? "",
        Wording.Name(job.State),
        Wording.Runtime(job.Spec),
        job.Spec?.Priority ?? 0,
        DateTimeOffset.FromUnixTimeMilliseconds(job.CreatedUnixMs),
        Time(job.EndedUnixMs),
        Some(job.Reason),
        job.Reason.Length == 0 ? null : ReasonAdvice.For(job.Reason),
        Some(job.Detail),
        job.CancelRequested ? true : null,
        [.. job.Attempts.Select(AttemptView.From)],
        job.State is JobState.Succeeded ? [.. job.Outputs.Select(OutputView.From)] : null);

    public static DateTimeOffset? Time(long unixMs) => unixMs == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(unixMs);

    public static string? Some(string text) => text.Length == 0 ? null : text;
}

internal sealed record AttemptView(
    string AttemptId, uint Number, string RigId, string RigName, string Phase, string? Outcome, string? Reason, string? Detail, int? ExitCode,
    DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, bool? Lost, ProgressView? Progress, UsageView? Usage)
{
    public static AttemptView From(Attempt attempt) => new(
        attempt.AttemptId,
        attempt.AttemptNo,
        attempt.RigId,
        attempt.RigName,
        Wording.Name(attempt.Phase),
        JobView.Some(Wording.Name(attempt.Outcome).Replace(' ', '_')),
        JobView.Some(attempt.Reason),
        JobView.Some(attempt.Detail),
        attempt.HasExitCode ? attempt.ExitCode : null,
        JobView.Time(attempt.StartedUnixMs),
        JobView.Time(attempt.EndedUnixMs),
        attempt.Lost ? true : null,
        attempt.ProgressDone == 0 && attempt.ProgressTotal == 0
            ? null
            : new ProgressView(attempt.ProgressDone, attempt.ProgressTotal == 0 ? null : attempt.ProgressTotal, attempt.ProgressUnit),
        attempt.Usage is { } u
            ? new UsageView(u.HasWallS ? u.WallS : null, u.HasCpuS ? u.CpuS : null, u.HasPeakMemoryBytes ? u.PeakMemoryBytes : null)
            : null);
}

internal sealed record ProgressView(ulong Done, ulong? Total, string Unit);

internal sealed record UsageView(double? WallSeconds, double? CpuSeconds, ulong? PeakMemoryBytes);

internal sealed record OutputView(string Path, string Digest, ulong SizeBytes)
{
    public static OutputView From(Output output) => new(output.Path, output.Artifact?.Digest ?? "", output.Artifact?.SizeBytes ?? 0);
}
