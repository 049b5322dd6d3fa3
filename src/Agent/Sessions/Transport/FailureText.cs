using System.Net.Sockets;
using System.Security.Authentication;
using Grpc.Core;
using Rigshift.Rules;

namespace Rigshift.Agent.Sessions.Transport;

/// <summary>Turns what a call threw into a sentence that names the coordinator and what to do.</summary>
internal static class FailureText
{
    private const string ReasonTrailer = "rigshift-reason";

    /// <summary>The coordinator's stable code, when it sent one.</summary>
    public static string? ReasonOf(Exception exception) =>
        exception is RpcException rpc && rpc.Trailers.GetValue(ReasonTrailer) is { Length: > 0 } reason ? reason : null;

    public static string Describe(Exception exception, CoordinatorLink link)
    {
        if (ReasonOf(exception) is { } reason)
        {
            return ReasonAdvice.For(reason);
        }

        if (link.TrustFault is { } trustFault)
        {
            return $"{link.Url} was refused: {trustFault}.";
        }

        if (Find<SocketException>(exception) is { } socket)
        {
            return $"{link.Url} was not reached: {Words(socket)}";
        }

        if (Find<AuthenticationException>(exception) is { } tls)
        {
            return $"{link.Url} gave no TLS connection: {SafeText.ForMessage(tls.Message)}";
        }

        return exception switch
        {
            RpcException { StatusCode: StatusCode.ResourceExhausted } => $"{link.Url} sent or refused a message that is larger than the protocol allows.",
            RpcException { StatusCode: StatusCode.Unimplemented } => $"{link.Url} does not speak Rigshift's protocol. Check the URL.",
            RpcException rpc => $"{link.Url} ended the call: {rpc.StatusCode}, {SafeText.ForMessage(rpc.Status.Detail)}",
            OperationCanceledException => $"{link.Url} did not answer in time. Check that the coordinator runs and that the network lets the rig out.",
            _ => $"{link.Url} cannot be used: {SafeText.ForMessage(exception.Message)}",
        };
    }

    private static string Words(SocketException socket) => socket.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "nothing listens there. Check the URL and that the coordinator runs.",
        SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => "its name is not known here. Check the URL and the rig's DNS.",
        SocketError.TimedOut or SocketError.HostUnreachable or SocketError.NetworkUnreachable => "the network does not lead there. Check the rig's internet connection and firewall.",
        SocketError.ConnectionReset => "the connection was cut. Check the network, and that the URL's port is the coordinator's.",
        _ => $"{SafeText.ForMessage(socket.Message)}.",
    };

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (var e = exception; e is not null; e = e is RpcException { Status.DebugException: { } inner } ? inner : e.InnerException)
        {
            if (e is T found)
            {
                return found;
            }
        }

        return null;
    }
}
