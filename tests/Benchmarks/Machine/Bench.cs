using Rigshift.Protocol.V1;
using Rigshift.TestKit;

namespace Rigshift.Benchmarks.Machine;

/// <summary>A coordinator of its own and one enrolled rig, in a directory that is gone afterwards.</summary>
internal sealed class Bench : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan StopTime = TimeSpan.FromSeconds(30);

    private readonly ChildProcess coordinator;

    private Bench(Programs programs, string root, ChildProcess coordinator, Operator @operator)
    {
        Programs = programs;
        Root = root;
        this.coordinator = coordinator;
        Operator = @operator;
    }

    public Programs Programs { get; }

    /// <summary>On the disk that is measured.</summary>
    public string Root { get; }

    public Operator Operator { get; }

    public int CoordinatorPid => coordinator.Pid;

    public string CoordinatorState => Path.Combine(Root, "c");

    public string RigState => Path.Combine(Root, "r");

    public static async Task<Bench> StartAsync(Programs programs, string work)
    {
        var root = Path.Combine(work, "rigshift-bench-" + Path.GetRandomFileName());
        Directory.CreateDirectory(root);
        var state = Path.Combine(root, "c");
        var coordinator = ChildProcess.Start(programs.Coordinator, ["serve", "--state-dir", state, "--listen", "127.0.0.1:0", "--set", "ConsoleLog=false"]);
        try
        {
            var credentials = Path.Combine(state, "operator.json");
            await Eventually.TrueAsync(() => coordinator.HasExited || File.Exists(credentials), Patience, "the coordinator");
            var bench = new Bench(programs, root, coordinator, Operator.Open(credentials));
            await bench.EnrollAsync();
            return bench;
        }
        catch (Exception e)
        {
            await coordinator.DisposeAsync();
            Directory.Delete(root, recursive: true);
            throw new InvalidOperationException($"The bench did not come up: {e.Message}\n{coordinator.Output}{coordinator.Errors}", e);
        }
    }

    /// <summary>Starts the agent; it connects on its own.</summary>
    public ChildProcess StartAgent() => ChildProcess.Start(Programs.Agent, ["run", "--state-dir", RigState]);

    /// <summary>Starts the agent and waits for its first offer.</summary>
    public async Task<ChildProcess> StartConnectedAgentAsync()
    {
        var agent = StartAgent();
        await RigAsync(rig => rig is { Connected: true, Offer: not null });
        return agent;
    }

    public static async Task StopAsync(ChildProcess program)
    {
        program.Terminate();
        await program.ExitAsync(StopTime);
        await program.DisposeAsync();
    }

    /// <summary>The rig as its coordinator sees it, once it is so.</summary>
    public async Task<RigStatus> RigAsync(Func<RigStatus, bool> condition)
    {
        var reply = await Eventually.ValueAsync(
            async () => await Operator.Fleet.ListRigsAsync(new ListRigsRequest()), rigs => rigs.Rigs.Any(condition), Patience, "the rig");
        return reply.Rigs.First(condition);
    }

    public async ValueTask DisposeAsync()
    {
        Operator.Dispose();
        await StopAsync(coordinator);
        Directory.Delete(Root, recursive: true);
    }

    private async Task EnrollAsync()
    {
        Directory.CreateDirectory(RigState);
        await File.WriteAllTextAsync(Path.Combine(RigState, "agent.json"), """{ "Runtimes": { "Process": { "Enabled": true } } }""");
        var token = await Operator.Fleet.CreateTokenAsync(new CreateTokenRequest());
        var finished = await ChildProcess.RunAsync(Programs.Agent, ["enroll", "--state-dir", RigState, "--token", token.Token]);
        if (finished.ExitCode != 0)
        {
            throw new InvalidOperationException($"The rig could not enroll: {finished}");
        }
    }
}
