using Rigshift.Coordinator.Commands;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Demo;

/// <summary>Enrolls an agent on this machine and starts it, as an owner would on a rig.</summary>
internal sealed class DemoAgent(DemoPlaces places, DemoState state, OperatorConnection connection, TimeProvider time)
{
    private static readonly TimeSpan EnrollWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    // Long enough for any machine to enroll, short enough to be useless to whoever finds it.
    private const uint TokenSeconds = 300;

    public async Task EnrollAsync(CancellationToken cancellation)
    {
        var token = await connection.Fleet.CreateTokenAsync(new CreateTokenRequest { TtlS = TokenSeconds, Uses = 1 }, cancellationToken: cancellation);
        await AgentChild.RunAsync(
            places.AgentProgram, token.Token + "\n", EnrollWithin, time, cancellation,
            "enroll", "--coordinator", connection.Url.OriginalString, "--token", "-", "--state-dir", state.Rig);
    }

    /// <summary>An agent that ends with the demo.</summary>
    public AgentChild Start() => AgentChild.Start(places.AgentProgram, "run", "--state-dir", state.Rig);

    /// <summary>An agent that stays.</summary>
    public System.Diagnostics.Process StartKept() =>
        KeptProcess.Start(places.AgentProgram, Path.Combine(state.Root, "agent.log"), "run", "--state-dir", state.Rig);

    /// <summary>Waits until the rig is connected and offers to work.</summary>
    public async Task<RigStatus> WaitAsync(Action check, CancellationToken cancellation)
    {
        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < ConnectWithin)
        {
            check();
            var reply = await connection.Fleet.ListRigsAsync(new ListRigsRequest(), cancellationToken: cancellation);
            if (reply.Rigs.FirstOrDefault(r => r.Connected && r.Host is not null) is { } rig)
            {
                return rig;
            }

            await Task.Delay(LookEvery, time, cancellation);
        }

        throw new CommandException(ExitCode.Failed, $"The agent did not connect within {Wording.Span(ConnectWithin)}.");
    }

    public static string Describe(RigStatus rig) =>
        $"Rig {RigReport.Name(rig)}: {SafeText.ForMessage($"{rig.Host.Os} {rig.Host.OsVersion}".Trim())}, {rig.Host.CpuCores} CPU cores, {Wording.Bytes(rig.Host.MemoryBytes)}.";
}
