using System.Diagnostics;
using Rigshift.Coordinator.Commands;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Demo;

/// <summary>The rig of the demo: an agent on this machine, enrolled and started as an owner would. With --keep it is one that stays.</summary>
internal sealed class DemoAgent(DemoPlaces places, DemoState state, OperatorConnection connection, TimeProvider time, bool keep) : IDisposable
{
    private static readonly TimeSpan EnrollWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ConnectWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    // Long enough for any machine to enroll, short enough to be useless to whoever finds it.
    private const uint TokenSeconds = 300;

    private AgentChild? child;
    private Process? kept;

    /// <summary>Of an agent that stays.</summary>
    public int? Pid => kept?.Id;

    public async Task EnrollAsync(CancellationToken cancellation)
    {
        var token = await connection.Fleet.CreateTokenAsync(new CreateTokenRequest { TtlS = TokenSeconds, Uses = 1 }, cancellationToken: cancellation);
        await AgentChild.RunAsync(
            places.AgentProgram, token.Token + "\n", EnrollWithin, time, cancellation,
            "enroll", "--coordinator", connection.Url.OriginalString, "--token", "-", "--state-dir", state.Rig);
    }

    /// <summary>Starts the agent and waits until it is connected.</summary>
    public async Task<RigStatus> StartAsync(CancellationToken cancellation)
    {
        string[] arguments = ["run", "--state-dir", state.Rig];
        if (keep)
        {
            kept = KeptProcess.Start(places.AgentProgram, state.AgentLog, arguments);
        }
        else
        {
            child = AgentChild.Start(places.AgentProgram, arguments);
        }

        var began = time.GetTimestamp();
        while (time.GetElapsedTime(began) < ConnectWithin)
        {
            ThrowIfEnded();
            var reply = await connection.Fleet.ListRigsAsync(new ListRigsRequest(), cancellationToken: cancellation);
            if (reply.Rigs.FirstOrDefault(r => r.Connected && r.Host is not null) is { } rig)
            {
                return rig;
            }

            await Task.Delay(LookEvery, time, cancellation);
        }

        throw Failure($"The agent did not connect within {Wording.Span(ConnectWithin)}.");
    }

    /// <exception cref="CommandException">The agent has ended.</exception>
    public void ThrowIfEnded()
    {
        if ((child?.ExitCode ?? (kept is { HasExited: true } ? kept.ExitCode : null)) is { } code)
        {
            throw Failure($"The agent ended with exit code {code}, and the demo needs it.");
        }
    }

    /// <summary>A fault of the demo, with what the agent said last.</summary>
    public CommandException Failure(string what) => new(ExitCode.Failed, child is null ? $"{what} Its output is in {state.AgentLog}." : $"{what} {child.Tail}");

    /// <summary>With --keep: it goes on without us.</summary>
    public void Release()
    {
        kept?.Dispose();
        kept = null;
    }

    public void Dispose()
    {
        child?.Dispose();
        if (kept is { HasExited: false })
        {
            kept.Kill(entireProcessTree: true);
        }

        kept?.Dispose();
    }

    public static string Describe(RigStatus rig) =>
        $"Rig {RigReport.Name(rig)}: {SafeText.ForMessage($"{rig.Host.Os} {rig.Host.OsVersion}".Trim())}, {rig.Host.CpuCores} CPU cores, {Wording.Bytes(rig.Host.MemoryBytes)}.";
}
