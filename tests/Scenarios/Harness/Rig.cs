using System.Text.Json.Nodes;
using Rigshift.TestKit;

namespace Rigshift.Scenarios.Harness;

/// <summary>A real agent with a state directory of its own.</summary>
internal sealed class Rig : IAsyncDisposable
{
    private static readonly TimeSpan VerbDeadline = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromSeconds(60);

    private readonly List<ChildProcess> runs = [];

    public Rig(string stateDir, IReadOnlyDictionary<string, string> settings)
    {
        StateDir = stateDir;
        Directory.CreateDirectory(stateDir);
        Configure(settings);
    }

    public string StateDir { get; }

    /// <summary>From enrollment; the same for a copy of the state directory.</summary>
    public string RigId { get; private set; } = "";

    /// <summary>Of the agent, beside what this process has.</summary>
    public IReadOnlyDictionary<string, string>? Environment { get; init; }

    public string ConfigFile => Path.Combine(StateDir, "agent.json");

    public int Pid => Process.Pid;

    public bool IsRunning => runs.Count > 0 && !Process.HasExited;

    public string Output => string.Join("\n--- next start\n", runs.Select(run => run.Output + run.Errors));

    private ChildProcess Process => runs[^1];

    public void Configure(IReadOnlyDictionary<string, string> settings)
    {
        var root = new JsonObject();
        foreach (var (key, value) in settings)
        {
            var node = root;
            var names = key.Split(':');
            foreach (var name in names[..^1])
            {
                node = (JsonObject)(node[name] ??= new JsonObject());
            }

            node[names[^1]] = JsonNode.Parse(value);
        }

        File.WriteAllText(ConfigFile, root.ToJsonString());
    }

    public async Task EnrollAsync(string token, string? url = null)
    {
        var done = await TryEnrollAsync(token, url);
        Assert.That(done.ExitCode, Is.Zero, done.ToString);
        RigId = JsonNode.Parse(done.Output)!["rigId"]!.GetValue<string>(); // An enrolled rig has an id.
    }

    public Task<Finished> TryEnrollAsync(string token, string? url = null) =>
        VerbAsync(["enroll", "--json", "--token", token, .. url is null ? [] : new[] { "--coordinator", url }]);

    /// <summary>A verb as the rig's owner types it.</summary>
    public Task<Finished> VerbAsync(params string[] words) =>
        ChildProcess.RunAsync(Binaries.Agent, [.. words, "--state-dir", StateDir], Environment, VerbDeadline);

    public void Start() => runs.Add(ChildProcess.Start(Binaries.Agent, ["run", "--state-dir", StateDir], Environment));

    /// <summary>What the rig itself says of its attempts: id and state.</summary>
    public async Task<IReadOnlyDictionary<string, string>> AttemptsAsync()
    {
        var told = await VerbAsync("jobs", "--json");
        var attempts = JsonNode.Parse(told.Output)?["attempts"]?.AsArray() ?? throw new InvalidOperationException($"'rigshift jobs --json' told {told}");
        return attempts.OfType<JsonNode>().ToDictionary(attempt => attempt["attemptId"]!.GetValue<string>(), attempt => attempt["state"]!.GetValue<string>()); // Its documented fields.
    }

    /// <summary>kill -9 of the agent; what it started lives on.</summary>
    public Task KillAsync() => Process.KillAsync();

    public void Freeze() => Process.Freeze();

    public void Thaw() => Process.Thaw();

    /// <summary>As a service manager stops it.</summary>
    public async Task<int> StopAsync()
    {
        Process.Terminate();
        return await Process.ExitAsync(StopDeadline);
    }

    /// <summary>This rig's disk copied to another place while it runs, as a technician clones an image.</summary>
    public Rig CloneTo(string directory, IReadOnlyDictionary<string, string> settings)
    {
        CopyDirectory(StateDir, directory);
        return new Rig(directory, settings) { RigId = RigId };
    }

    public string AttemptDirectory(string attemptId) => Path.Combine(StateDir, "attempts", attemptId);

    public async ValueTask DisposeAsync()
    {
        foreach (var run in runs)
        {
            await run.DisposeAsync();
        }
    }

    private static void CopyDirectory(string from, string to)
    {
        Directory.CreateDirectory(to);
        // The lock and the socket belong to the process, not to the disk.
        foreach (var file in new DirectoryInfo(from).EnumerateFiles().Where(f => !f.Name.StartsWith("agent.", StringComparison.Ordinal) && !f.Name.EndsWith(".lock", StringComparison.Ordinal)))
        {
            file.CopyTo(Path.Combine(to, file.Name));
        }

        foreach (var directory in new DirectoryInfo(from).EnumerateDirectories())
        {
            CopyDirectory(directory.FullName, Path.Combine(to, directory.Name));
        }
    }
}
