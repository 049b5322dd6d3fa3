using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Grpc.Net.Client;
using Rigshift.Coordinator.Serving;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary>The operator's connection: mutual TLS, and no root trusted but the coordinator's own.</summary>
[SuppressMessage("Reliability", "CA2000", Justification = "The fields own what is made here, and Dispose ends them.")]
internal sealed class OperatorConnection : IDisposable
{
    // A coordinator on another continent answers a connect within this; a firewall that drops packets does not.
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly GrpcChannel channel;
    private readonly X509Certificate2 root;
    private readonly X509Certificate2 certificate;

    private OperatorConnection(Uri url, OperatorCredential credential)
    {
        (Url, root, certificate) = (url, credential.Root(), credential.Certificate());
        channel = GrpcChannel.ForAddress(url, new GrpcChannelOptions
        {
            HttpHandler = Handler(),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = 16 * ProtocolLimits.MaxLargeMessageBytes, // A page of jobs, each with its spec.
        });
        Jobs = new Jobs.JobsClient(channel);
        Fleet = new Fleet.FleetClient(channel);

        // A connection of its own: a large upload never delays a call.
        Bulk = new HttpClient(Handler()) { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan, DefaultRequestVersion = new Version(2, 0), DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
    }

    public Uri Url { get; }

    public Jobs.JobsClient Jobs { get; }

    public Fleet.FleetClient Fleet { get; }

    public HttpClient Bulk { get; }

    /// <exception cref="CommandException">There are no credentials, or they cannot be read.</exception>
    public static OperatorConnection Open(string? coordinator, string? credentials, string? stateDirectory)
    {
        var file = credentials ?? new StatePaths(stateDirectory ?? StatePaths.DefaultDirectory).Operator;
        var credential = Load(file);
        var text = coordinator ?? credential.Url;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.Scheme is not ("https" or "http"))
        {
            throw new CommandException(ExitCode.BadUsage, $"'{SafeText.ForMessage(text)}' is no URL of a coordinator; write https://HOST:PORT.");
        }

        return Open(url, credential);
    }

    public static OperatorConnection Open(Uri url, OperatorCredential credential) => new(url, credential);

    public void Dispose()
    {
        channel.Dispose();
        Bulk.Dispose();
        root.Dispose();
        certificate.Dispose();
    }

    private static OperatorCredential Load(string file)
    {
        try
        {
            return OperatorCredential.Load(file);
        }
        catch (UnauthorizedAccessException fault)
        {
            throw new CommandException(ExitCode.NotPermitted, $"{file} belongs to somebody else. Use the account that runs the coordinator, or name your credentials with --credentials.", fault);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException(
                ExitCode.BadUsage,
                $"There are no operator's credentials at {file}. Start a coordinator (rigshift-coordinator serve), name its state directory with --state-dir, or a copy of its operator.json with --credentials.",
                fault);
        }
        catch (Exception fault) when (fault is JsonException or CryptographicException)
        {
            throw new CommandException(ExitCode.Failed, $"{file} is damaged. Restart the coordinator to have it written again, or copy it again.", fault);
        }
    }

    private HttpMessageHandler Handler()
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = ConnectTimeout,
            AllowAutoRedirect = false,
            UseProxy = false,
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = [certificate],
                RemoteCertificateValidationCallback = (_, remote, _, _) => remote is X509Certificate2 server && IsCoordinator(server),
            },
        };
        return Url.Scheme == Uri.UriSchemeHttps ? handler : new PlainCertificateHandler(handler, certificate);
    }

    // Only the coordinator has a certificate of this root for servers, so whatever name it is reached by is right.
    private bool IsCoordinator(X509Certificate2 server)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        return chain.Build(server);
    }
}
