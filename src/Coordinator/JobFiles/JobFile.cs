using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.JobFiles;

/// <summary>A job that is ready to be sent but for its artifacts' digests.</summary>
/// <param name="Spec">Its inputs are filled in from the files once those are hashed.</param>
/// <param name="Files">What has to be uploaded, in the order of the spec's inputs.</param>
internal sealed record JobFile(JobSpec Spec, IReadOnlyList<LocalFile> Files);

/// <summary>A file on this machine and its place below the attempt's input directory.</summary>
internal sealed record LocalFile(string Path, string FullName, long SizeBytes, bool Executable);
