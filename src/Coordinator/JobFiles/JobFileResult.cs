namespace Rigshift.Coordinator.JobFiles;

/// <summary>The job, or every mistake in the file.</summary>
internal sealed record JobFileResult(JobFile? Job, IReadOnlyList<string> Faults);
