using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary>Shows jobs in tables and in full.</summary>
internal static class JobReport
{
    public static void List(Screen screen, IReadOnlyList<Job> jobs, DateTimeOffset now)
    {
        screen.Table(
            ["Job", "Name", "State", "Progress", "Rig", "Attempts", "Created", "Reason"],
            [.. jobs.Select(job =>
            {
                var last = job.Attempts.LastOrDefault();
                return (IReadOnlyList<Cell>)
                [
                    Wording.ShortId(job.JobId),
                    job.Spec?.Name ?? "",
                    new Cell(Wording.State(job), Wording.ToneOf(job.State)),
                    Wording.HasEnded(job) ? "" : Wording.Progress(last),
                    last?.RigName ?? "",
                    $"{job.Attempts.Count}",
                    Wording.Ago(job.CreatedUnixMs, now),
                    job.State is JobState.Succeeded ? "" : job.Reason,
                ];
            })]);
    }

    public static void Show(Screen screen, Job job, DateTimeOffset now)
    {
        screen.Line($"Job       {job.JobId}");
        screen.Line($"Name      {job.Spec?.Name}");
        screen.Line($"State     {Wording.State(job)}", Wording.ToneOf(job.State));
        screen.Line($"Runtime   {Wording.Runtime(job.Spec)}");
        screen.Line($"Created   {Wording.Ago(job.CreatedUnixMs, now)}{(job.EndedUnixMs > 0 ? $", took {Took(job.CreatedUnixMs, job.EndedUnixMs)}" : "")}");
        Advice(screen, job);
        if (job.Attempts.Count > 0)
        {
            Attempts(screen, job, now);
        }

        if (job.State is JobState.Succeeded)
        {
            Outputs(screen, job);
        }
    }

    /// <summary>The end of a watched job: its outputs, or why there are none.</summary>
    public static void End(Screen screen, Job job)
    {
        if (job.State is JobState.Succeeded)
        {
            Outputs(screen, job);
            return;
        }

        Advice(screen, job);
        screen.Line($"See the attempts: rigshift-coordinator jobs show {Wording.ShortId(job.JobId)}");
    }

    private static void Outputs(Screen screen, Job job)
    {
        if (job.Outputs.Count == 0)
        {
            screen.Line("The job left no outputs.");
            return;
        }

        screen.Table(["Output", "Size", "Digest"], [.. job.Outputs.Select(o => (IReadOnlyList<Cell>)
        [
            o.Path, Wording.Bytes(o.Artifact?.SizeBytes ?? 0), new Cell(Shorten(o.Artifact?.Digest ?? ""), Tone.Dim),
        ])]);
        screen.Line($"Fetch them: rigshift-coordinator results {Wording.ShortId(job.JobId)} --out DIR");
    }

    private static void Attempts(Screen screen, Job job, DateTimeOffset now) =>
        screen.Table(
            ["Attempt", "Rig", "Phase", "Outcome", "Exit", "Took", "Reason"],
            [.. job.Attempts.Select(a => (IReadOnlyList<Cell>)
            [
                $"{a.AttemptNo}",
                a.RigName,
                Wording.Name(a.Phase),
                new Cell(a.Lost && a.Outcome is Outcome.Unspecified ? "lost" : Wording.Name(a.Outcome), a.Outcome is Outcome.Succeeded ? Tone.Good : Tone.Warn),
                a.HasExitCode ? $"{a.ExitCode}" : "",
                a.StartedUnixMs == 0 ? "" : Took(a.StartedUnixMs, a.EndedUnixMs > 0 ? a.EndedUnixMs : now.ToUnixTimeMilliseconds()),
                a.Detail.Length > 0 ? $"{a.Reason}: {SafeText.ForMessage(a.Detail)}" : a.Reason,
            ])]);

    private static void Advice(Screen screen, Job job)
    {
        if (job.Reason.Length > 0 && job.State is not JobState.Succeeded)
        {
            Explain(screen, "Reason   ", job.Reason, job.Detail);
        }

        // The job's own reason may only say that its attempts are used up; the last attempt says why.
        if (job.State is JobState.Failed or JobState.Quarantined && job.Attempts.LastOrDefault() is { Reason.Length: > 0 } last && last.Reason != job.Reason)
        {
            Explain(screen, $"Attempt {last.AttemptNo}", last.Reason, last.Detail);
        }
    }

    private static void Explain(Screen screen, string label, string reason, string detail)
    {
        // Where there is nothing more to say, the detail is the advice.
        var advice = ReasonAdvice.For(reason);
        screen.Line($"{label} {reason}{(detail.Length > 0 && detail != advice ? $": {SafeText.ForMessage(detail)}" : "")}", Tone.Warn);
        screen.Line($"          {advice}");
    }

    private static string Took(long from, long to) => Wording.Span(TimeSpan.FromMilliseconds(to - from));

    // Enough to compare by eye; --json has all of it.
    private static string Shorten(string digest) => digest.Length > 19 ? digest[..19] + "…" : digest;
}
