using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Rigshift.Coordinator.Commands;
using Rigshift.Coordinator.Serving;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Demo;

/// <summary>The demo's coordinator: in this process, or with --keep one that stays.</summary>
[SuppressMessage("Reliability", "CA2000", Justification = "The connection is owned by the object that is returned, and ends with it.")]
internal sealed class DemoCoordinator : IAsyncDisposable
{
    // A cold start on a slow disk; the usual one takes a second.
    private static readonly TimeSpan StartWithin = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    private readonly CoordinatorServer? server;
    private readonly Process? kept;

    private DemoCoordinator(OperatorConnection connection, CoordinatorServer? server, Process? kept) =>
        (Connection, this.server, this.kept) = (connection, server, kept);

    public OperatorConnection Connection { get; }

    /// <summary>Of a coordinator that stays.</summary>
    public int? Pid => kept?.Id;

    public static async Task<DemoCoordinator> StartInProcessAsync(string directory, CancellationToken cancellation)
    {
        var server = await CoordinatorServer.StartAsync(
            new CoordinatorOptions { StateDirectory = directory, Listen = "https://127.0.0.1:0", ConsoleLog = false }, cancellation);
        return new DemoCoordinator(OperatorConnection.Open(server.Url, server.OperatorCredential), server, null);
    }

    public static async Task<DemoCoordinator> StartKeptAsync(DemoState state, TimeProvider time, CancellationToken cancellation)
    {
        var listen = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{FreePort()}");
        var (program, arguments) = KeptProcess.Self("serve", "--state-dir", state.Coordinator, "--listen", listen, "--url", $"https://{listen}");
        var process = KeptProcess.Start(program, state.CoordinatorLog, arguments);
        try
        {
            return new DemoCoordinator(await ConnectAsync(state, process, time, cancellation), null, process);
        }
        catch
        {
            process.Kill(entireProcessTree: true); // A demo that failed leaves nothing behind.
            process.Dispose();
            throw;
        }
    }

    /// <summary>With --keep: it goes on without us.</summary>
    public void Release() => kept?.Dispose();

    public async ValueTask DisposeAsync()
    {
        Connection.Dispose();
        if (server is not null)
        {
            await server.DisposeAsync();
        }

        if (kept is not null)
        {
            kept.Kill(entireProcessTree: true);
            kept.Dispose();
        }
    }

    private static async Task<OperatorConnection> ConnectAsync(DemoState state, Process process, TimeProvider time, CancellationToken cancellation)
    {
        var credentials = new StatePaths(state.Coordinator).Operator;
        var began = time.GetTimestamp();
        while (true)
        {
            if (process.HasExited || time.GetElapsedTime(began) > StartWithin)
            {
                throw new CommandException(ExitCode.Failed, $"The coordinator did not start. Its log: {state.CoordinatorLog}");
            }

            if (File.Exists(credentials))
            {
                var connection = OperatorConnection.Open(null, credentials, null);
                try
                {
                    await connection.Fleet.ListRigsAsync(new ListRigsRequest(), cancellationToken: cancellation);
                    return connection;
                }
                catch (RpcException fault) when (fault.StatusCode is StatusCode.Unavailable)
                {
                    connection.Dispose(); // Not listening yet.
                }
            }

            await Task.Delay(LookEvery, time, cancellation);
        }
    }

    // Somebody else may take it in between; then the coordinator says so and the demo is run again.
    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
