using System.Net.Security;
using System.Net.Sockets;

namespace Rigshift.BenchmarkFloor;

/// <summary>One TCP and TLS handshake, with the protocol that gRPC needs.</summary>
internal static class TlsFloor
{
    public static async Task ShakeHandsAsync(string endpoint)
    {
        var colon = endpoint.LastIndexOf(':');
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(endpoint[..colon], int.Parse(endpoint[(colon + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        await using var tls = new SslStream(client.GetStream());
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = endpoint[..colon],
            ApplicationProtocols = [SslApplicationProtocol.Http2],
            RemoteCertificateValidationCallback = AnyServer,
        });
    }

#pragma warning disable CA5359 // A floor on loopback: nothing is sent that anybody could want, and checking would not make it lower.
    public static readonly RemoteCertificateValidationCallback AnyServer = (_, _, _, _) => true;
#pragma warning restore CA5359
}
