using System.Globalization;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Commands;

/// <summary>Values as people read them.</summary>
internal static class Wording
{
    private const int ShortIdLength = 8;

    /// <summary>The beginning of an id: enough to tell it from others, and accepted wherever an id is.</summary>
    public static string ShortId(string id) => id.Length <= ShortIdLength ? id : id[..ShortIdLength];

    public static string State(Job job) => job switch
    {
        { CancelRequested: true, State: JobState.Pending or JobState.Assigned or JobState.Running } => "cancelling",
        _ => Name(job.State),
    };

    public static string Name(JobState state) => state is JobState.Unspecified ? "unknown" : state.ToString().ToLowerInvariant();

    public static string Name(AttemptPhase phase) => phase is AttemptPhase.Unspecified ? "assigned" : phase.ToString().ToLowerInvariant();

    public static string Name(Outcome outcome) => outcome switch
    {
        Outcome.Unspecified => "",
        Outcome.LeaseLost => "lease lost",
        _ => outcome.ToString().ToLowerInvariant(),
    };

    public static Tone ToneOf(JobState state) => state switch
    {
        JobState.Succeeded => Tone.Good,
        JobState.Failed or JobState.Quarantined => Tone.Bad,
        JobState.Cancelled => Tone.Warn,
        JobState.Pending => Tone.Dim,
        _ => Tone.Plain,
    };

    public static bool HasEnded(Job job) => job.State is JobState.Succeeded or JobState.Failed or JobState.Cancelled or JobState.Quarantined;

    public static string Bytes(ulong bytes)
    {
        string[] units = ["B", "KiB", "MiB", "GiB", "TiB"];
        var value = (double)bytes;
        var unit = 0;
        while (value >= 1024 && unit < units.Length - 1)
        {
            (value, unit) = (value / 1024, unit + 1);
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(unit == 0 || value >= 100 ? Math.Round(value) : Math.Round(value, 1))} {units[unit]}");
    }

    /// <summary>A span in its two largest units at most: 4s, 3m 20s, 2h 5m, 3d 4h.</summary>
    public static string Span(TimeSpan span)
    {
        if (span < TimeSpan.Zero)
        {
            span = TimeSpan.Zero;
        }

        // The culture is invariant everywhere: InvariantGlobalization.
        return span.TotalSeconds < 10 ? $"{span.TotalSeconds:0.#}s"
            : span.TotalMinutes < 1 ? $"{span.Seconds}s"
            : span.TotalHours < 1 ? $"{span.Minutes}m {span.Seconds}s"
            : span.TotalDays < 1 ? $"{span.Hours}h {span.Minutes}m"
            : $"{(int)span.TotalDays}d {span.Hours}h";
    }

    /// <summary>How long ago; empty for 0, which means never.</summary>
    public static string Ago(long unixMs, DateTimeOffset now) =>
        unixMs == 0 ? "never" : $"{Span(TimeSpan.FromSeconds(Math.Max(0, Math.Floor((now - DateTimeOffset.FromUnixTimeMilliseconds(unixMs)).TotalSeconds))))} ago";

    public static string Progress(Attempt? attempt)
    {
        if (attempt is null or { ProgressDone: 0, ProgressTotal: 0 })
        {
            return "";
        }

        return (attempt.ProgressTotal == 0
            ? $"{attempt.ProgressDone:N0} {attempt.ProgressUnit}"
            : $"{attempt.ProgressDone:N0}/{attempt.ProgressTotal:N0} {attempt.ProgressUnit}").TrimEnd();
    }

    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{share * 100:0.0} %");

    public static string Runtime(JobSpec? spec) => spec?.RuntimeCase switch
    {
        JobSpec.RuntimeOneofCase.Onnx => "onnx",
        JobSpec.RuntimeOneofCase.Process => "process",
        _ => "unknown",
    };
}
