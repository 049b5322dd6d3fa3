namespace Rigshift.Agent.Runtimes;

/// <summary>Where the ONNX worker is: as the owner says, beside the agent, or in the build tree that the agent runs from.</summary>
internal static class OnnxWorkerFile
{
    private const string WorkerProject = "OnnxWorker";

    private static string FileName => OperatingSystem.IsWindows() ? "rigshift-onnx-worker.exe" : "rigshift-onnx-worker";

    /// <summary>Null when it is nowhere; <paramref name="tried"/> is where it should be.</summary>
    public static string? Find(string? configured, out string tried)
    {
        tried = configured ?? Path.Combine(AppContext.BaseDirectory, FileName);
        if (File.Exists(tried))
        {
            return tried;
        }

        return configured is null ? InBuildTree() : null;
    }

    // …/bin/Agent/debug/ → …/bin/OnnxWorker/debug/
    private static string? InBuildTree()
    {
        var here = new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));
        var worker = here.Parent?.Parent is { Name: "bin" } bin
            ? Path.Combine(bin.FullName, WorkerProject, here.Name, FileName)
            : null;
        return worker is not null && File.Exists(worker) ? worker : null;
    }
}
