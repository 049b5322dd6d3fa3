using System.IO.Pipes;
using System.Net.Sockets;
using System.Text.Json;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Control;

/// <summary>The CLI's end.</summary>
internal static class ControlClient
{
    /// <summary>The service answers in milliseconds; a rig under full load in less than this.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async ValueTask<ControlAnswer> AskAsync(AgentPaths paths, string ask, TimeProvider time, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            await using var stream = await ConnectAsync(paths.ControlEndpoint, either.Token);
            await ControlLine.WriteAsync(stream, JsonSerializer.SerializeToUtf8Bytes(new ControlRequest(ask), ControlJson.Default.ControlRequest), either.Token);
            var line = await ControlLine.ReadAsync(stream, ControlLine.MaxReplyBytes, either.Token);
            return line is null || JsonSerializer.Deserialize(line, ControlJson.Default.ControlReply) is not { } reply
                ? new ControlAnswer(null, ControlFault.Failed, "The agent closed the connection without an answer. See: rigshift logs")
                : reply.Fault is { } fault ? new ControlAnswer(null, ControlFault.Failed, fault) : new ControlAnswer(reply, ControlFault.None, "");
        }
        catch (Exception e) when (e is UnauthorizedAccessException or SocketException { SocketErrorCode: SocketError.AccessDenied }) // Not in the service's group.
        {
            return new ControlAnswer(null, ControlFault.NotPermitted, NotPermittedText);
        }
        catch (Exception e) when (e is SocketException or IOException or TimeoutException) // No socket, or nobody behind it.
        {
            return new ControlAnswer(null, ControlFault.NotRunning, "The agent is not running.");
        }
        catch (JsonException) // Another version's service.
        {
            return new ControlAnswer(null, ControlFault.Failed, "The agent's answer cannot be read: its version differs from this program's. Restart the service.");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested) // Patience.
        {
            return new ControlAnswer(null, ControlFault.Failed, $"The agent did not answer within {Patience.TotalSeconds:0} s. See: rigshift logs");
        }
    }

    private static string NotPermittedText => OperatingSystem.IsWindows()
        ? "The agent answers administrators only: open a terminal with \"Run as administrator\"."
        : "The agent answers root and the group 'rigshift' only: sudo rigshift …";

    private static async ValueTask<Stream> ConnectAsync(string endpoint, CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
        {
            var pipe = new NamedPipeClientStream(".", endpoint, PipeDirection.InOut, PipeOptions.Asynchronous);
            try
            {
                // Short: a pipe that exists is free at once, since the service always offers the next one.
                await pipe.ConnectAsync(TimeSpan.FromSeconds(2), cancellation);
                return pipe;
            }
            catch
            {
                await pipe.DisposeAsync();
                throw;
            }
        }

        Socket? socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(endpoint), cancellation);
            var stream = new NetworkStream(socket, ownsSocket: true);
            socket = null;
            return stream;
        }
        finally
        {
            socket?.Dispose();
        }
    }
}

internal enum ControlFault
{
    None = 0,
    NotRunning = 1,
    NotPermitted = 2,
    Failed = 3,
}

/// <param name="Reply">Set when there is no fault.</param>
/// <param name="Fault">Why there is no reply.</param>
/// <param name="Text">The fault in words.</param>
internal sealed record ControlAnswer(ControlReply? Reply, ControlFault Fault, string Text);
