using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Grpc.Net.Client;
using Rigshift.Agent.Sessions.Identity;
using Rigshift.Rules;

namespace Rigshift.Agent.Sessions.Transport;

/// <summary>
/// One connection to the coordinator with a handler of its own. A connection that is in doubt is disposed whole, because a
/// stalled HTTP/2 connection is not evicted by timeouts (dotnet/runtime#82236).
/// </summary>
internal sealed class CoordinatorLink : IDisposable
{
    // 5 s killed healthy links of 128 kbit/s; 30 s survived (measured).
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(20);

    private readonly SocketsHttpHandler sockets;
    private readonly HttpMessageHandler handler;
    private readonly ServerTrust? trust;

    public CoordinatorLink(Uri url, X509Certificate2? identity, ServerTrust? trust, TimeSpan connectTimeout)
    {
        Url = url;
        this.trust = trust;
        sockets = new SocketsHttpHandler
        {
            EnableMultipleHttp2Connections = true,
            ConnectTimeout = connectTimeout,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingTimeout,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            PooledConnectionLifetime = Timeout.InfiniteTimeSpan,
            AllowAutoRedirect = false, // A redirect would carry the rig to a host that nobody vouched for.
            UseCookies = false,
            UseProxy = !url.IsLoopback,
            AutomaticDecompression = DecompressionMethods.None,
        };
        if (url.Scheme == Uri.UriSchemeHttps)
        {
            sockets.SslOptions = TlsOptions(identity, trust);
            handler = sockets;
        }
        else
        {
            handler = identity is null ? sockets : new CertificateHeader(sockets, identity);
        }

        Http = new HttpClient(handler, disposeHandler: false)
        {
            BaseAddress = url,
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Timeout = Timeout.InfiniteTimeSpan, // An artifact of many gigabytes takes as long as it takes; callers watch for bytes that move.
        };
        Channel = GrpcChannel.ForAddress(url, new GrpcChannelOptions
        {
            HttpClient = Http, // Given the handler, the channel would put its own way of connecting into it, and plain requests would fail.
            MaxReceiveMessageSize = ProtocolLimits.MaxLargeMessageBytes,
            MaxSendMessageSize = ProtocolLimits.MaxLargeMessageBytes,
            ThrowOperationCanceledOnCancellation = true,
        });
    }

    public Uri Url { get; }

    public GrpcChannel Channel { get; }

    public HttpClient Http { get; }

    /// <summary>Why TLS refused the server, in plain words; null when it did not.</summary>
    public string? TrustFault => trust?.LastFault;

    public void Dispose()
    {
        Channel.Dispose();
        Http.Dispose();
        handler.Dispose();
        sockets.Dispose();
    }

    // TLS versions are the system's: Windows 10 rigs have no TLS 1.3 in SChannel, and the coordinator sets the floor.
    private static SslClientAuthenticationOptions TlsOptions(X509Certificate2? identity, ServerTrust? trust)
    {
        var options = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = (_, certificate, chain, errors) => trust is null || trust.Accept(certificate, chain, errors),
        };
        if (identity is not null)
        {
            // By callback, because the framework's own choice leaves out a certificate that has ended, and Renew needs that one.
            options.LocalCertificateSelectionCallback = (_, _, _, _, _) => identity;
        }

        return options;
    }

    /// <summary>Without TLS the certificate goes as metadata; the coordinator takes it from loopback only.</summary>
    private sealed class CertificateHeader(HttpMessageHandler inner, X509Certificate2 identity) : DelegatingHandler(inner)
    {
        private const string Name = "rigshift-certificate";

        private readonly string value = Convert.ToBase64String(identity.RawData);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.TryAddWithoutValidation(Name, value);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
