namespace Rigshift.Coordinator.JobFiles;

/// <summary>The files behind spec.inputs. Incomplete: some could not be read, so nothing can be said about what is missing.</summary>
internal sealed record InputSet(IReadOnlyList<LocalFile> Files, bool Incomplete)
{
    public bool HasFile(string path) => Files.Any(f => f.Path == path);

    public bool HasDirectory(string path) => Files.Any(f => f.Path.StartsWith(path + "/", StringComparison.Ordinal));
}
