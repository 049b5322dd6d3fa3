using System.Net;
using System.Net.Sockets;

namespace Rigshift.TestKit;

/// <summary>
/// A TCP hop between a rig and its coordinator that misbehaves on command: cut (resets and refuses), hold (accepts bytes and passes
/// none on, as a dead link does), or one way only.
/// </summary>
public sealed class ChaosProxy : IAsyncDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly HashSet<TcpClient> open = [];
    private readonly Lock gate = new();
    private readonly int target;
    private readonly Task accepting;
    private volatile bool refusing;
    private TaskCompletionSource upFlow = Flowing();
    private TaskCompletionSource downFlow = Flowing();

    public ChaosProxy(int targetPort)
    {
        target = targetPort;
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Every connection is reset and new ones are refused.</summary>
    public void Cut()
    {
        refusing = true;
        Reset();
    }

    /// <summary>Ends a cut or a hold; connections that were held go on.</summary>
    public void Heal()
    {
        refusing = false;
        upFlow.TrySetResult();
        downFlow.TrySetResult();
    }

    /// <summary>Nothing passes in either direction, and nobody is told.</summary>
    public void Hold()
    {
        HoldToCoordinator();
        HoldToRig();
    }

    public void HoldToCoordinator() => upFlow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void HoldToRig() => downFlow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Resets what is open; new connections pass.</summary>
    public void Reset()
    {
        lock (gate)
        {
            foreach (var client in open)
            {
                client.LingerState = new LingerOption(true, 0);
                client.Close();
            }

            open.Clear();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        Heal();
        Reset();
        await accepting;
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                _ = ServeAsync(client);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The proxy is being closed.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            if (refusing)
            {
                client.LingerState = new LingerOption(true, 0);
                return;
            }

            try
            {
                client.NoDelay = server.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, target, stop.Token);
                lock (gate)
                {
                    open.Add(client);
                    open.Add(server);
                }

                await Task.WhenAny(PumpAsync(client, server, () => upFlow.Task), PumpAsync(server, client, () => downFlow.Task));
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // A connection that breaks is this class's trade.
            }
            finally
            {
                lock (gate)
                {
                    open.Remove(client);
                    open.Remove(server);
                }
            }
        }
    }

    private async Task PumpAsync(TcpClient from, TcpClient to, Func<Task> flowing)
    {
        var buffer = new byte[BufferSize];
        int read;
        while ((read = await from.GetStream().ReadAsync(buffer, stop.Token)) > 0)
        {
            await flowing().WaitAsync(stop.Token);
            await to.GetStream().WriteAsync(buffer.AsMemory(0, read), stop.Token);
        }
    }

    private static TaskCompletionSource Flowing()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
