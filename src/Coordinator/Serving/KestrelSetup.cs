using System.Net;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Rigshift.Coordinator.Authority;

namespace Rigshift.Coordinator.Serving;

/// <summary>How the coordinator listens.</summary>
internal static class KestrelSetup
{
    // A ping that fails after 5 s would cut slow links that work; transport pings only speed up what heartbeats find anyhow.
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Far above what a rig or an operator uses: at the limit a client's pings stop, too.</summary>
    private const int StreamsPerConnection = 1000;

    public static void Apply(KestrelServerOptions kestrel, CoordinatorOptions options, ServerIdentity identity, ClusterAuthority authority)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.Http2.KeepAlivePingDelay = PingDelay;
        kestrel.Limits.Http2.KeepAlivePingTimeout = PingTimeout;
        kestrel.Limits.Http2.MaxStreamsPerConnection = StreamsPerConnection;
        // A rig shares a thin uplink with dozens of others: slow is not broken.
        kestrel.Limits.MinRequestBodyDataRate = null;
        kestrel.Limits.MinResponseDataRate = null;
        kestrel.Limits.MaxRequestBodySize = null;

        var listen = new Uri(options.Listen);
        var address = listen.Host == "localhost" ? IPAddress.Loopback : IPAddress.Parse(listen.Host.Trim('[', ']'));
        kestrel.Listen(address, listen.Port, endpoint =>
        {
            if (listen.Scheme == Uri.UriSchemeHttp)
            {
                // Without TLS there is no ALPN to choose by, and gRPC needs HTTP/2.
                endpoint.Protocols = HttpProtocols.Http2;
                return;
            }

            endpoint.Protocols = HttpProtocols.Http1AndHttp2;
            endpoint.UseHttps(https =>
            {
#pragma warning disable CA5398 // Older protocols are refused even where the system would still allow them.
                https.SslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13;
#pragma warning restore CA5398
                https.ServerCertificateSelector = (_, _) => identity.Current();
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.CheckCertificateRevocation = false;
                // Only our root counts. An expired certificate passes here, because it may still be renewed; every call checks again.
                https.ClientCertificateValidation = (certificate, _, _) => authority.Judge(certificate) is not null;
                // A resumed session would carry the identity of the one before it.
                https.OnAuthenticate = (_, ssl) => ssl.AllowTlsResume = false;
            });
        });
    }
}
