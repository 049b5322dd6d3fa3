using Rigshift.TestKit;

namespace Rigshift.Benchmarks.Machine;

/// <summary>The real programs: the agent and the floor as Native AOT publishes them, the coordinator as its Release build.</summary>
internal sealed record Programs(string Agent, string Coordinator, string Floor)
{
    private static readonly TimeSpan PublishLimit = TimeSpan.FromMinutes(30);

    /// <summary>What RIGSHIFT_BIN and RIGSHIFT_FLOOR name (the program or its folder); else they are published here.</summary>
    public static async Task<Programs> FindAsync() => new(
        Given("RIGSHIFT_BIN", "rigshift") ?? await PublishAsync("src/Agent", "agent", "rigshift"),
        Path.Combine(Binaries.RepositoryRoot, "artifacts", "bin", "Coordinator", "release", "rigshift-coordinator"),
        Given("RIGSHIFT_FLOOR", "rigshift-floor") ?? await PublishAsync("tests/BenchmarkFloor", "floor", "rigshift-floor"));

    private static string? Given(string variable, string program) => Environment.GetEnvironmentVariable(variable) switch
    {
        null => null,
        var folder when Directory.Exists(folder) => Path.Combine(folder, program),
        var file => file,
    };

    private static async Task<string> PublishAsync(string project, string folder, string program)
    {
        var root = Binaries.RepositoryRoot;
        var output = Path.Combine(root, "artifacts", "publish", folder);
        await Console.Error.WriteLineAsync($"publishing {project} ...");
        // The agent's own configuration switches; -m:1 leaves the machine usable.
        var finished = await ChildProcess.RunAsync(
            "dotnet", ["publish", Path.Combine(root, project), "-c", "Release", "-r", "linux-x64", "-o", output, "--nologo", "-v", "quiet", "-m:1"],
            new Dictionary<string, string> { ["MSBUILDDISABLENODEREUSE"] = "1" }, PublishLimit, root);
        return finished.ExitCode == 0 ? Path.Combine(output, program) : throw new InvalidOperationException($"{project} could not be published: {finished}");
    }
}
