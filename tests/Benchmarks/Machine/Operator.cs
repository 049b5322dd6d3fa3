using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Grpc.Net.Client;
using Rigshift.Protocol.V1;

namespace Rigshift.Benchmarks.Machine;

/// <summary>The operator's connection to the coordinator under test, from the credentials that the coordinator wrote.</summary>
internal sealed class Operator : IDisposable
{
    private const int MaxMessageBytes = 64 << 20;

    private readonly X509Certificate2 certificate;
    private readonly GrpcChannel channel;

    private readonly X509Certificate2 root;

    private Operator(Uri url, X509Certificate2 certificate, X509Certificate2 root)
    {
        this.certificate = certificate;
        this.root = root;
        Url = url;
        channel = GrpcChannel.ForAddress(url, new GrpcChannelOptions { HttpHandler = Handler(), DisposeHttpClient = true, MaxReceiveMessageSize = MaxMessageBytes });
        Jobs = new Jobs.JobsClient(channel);
        Fleet = new Fleet.FleetClient(channel);
        Bulk = new HttpClient(Handler()) { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
    }

    public Uri Url { get; }

    public Jobs.JobsClient Jobs { get; }

    public Fleet.FleetClient Fleet { get; }

    public HttpClient Bulk { get; }

    public static Operator Open(string credentials)
    {
        using var json = JsonDocument.Parse(File.ReadAllBytes(credentials));
        string Text(string name) => json.RootElement.GetProperty(name).GetString() ?? throw new InvalidDataException($"{credentials} has no {name}.");
        using var pem = X509Certificate2.CreateFromPem(Text("certificatePem"), Text("keyPem"));
        return new Operator(new Uri(Text("url")), X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null), X509Certificate2.CreateFromPem(Text("rootPem")));
    }

    public void Dispose()
    {
        channel.Dispose();
        Bulk.Dispose();
        certificate.Dispose();
        root.Dispose();
    }

    private SocketsHttpHandler Handler() => new()
    {
        SslOptions = new SslClientAuthenticationOptions
        {
            ClientCertificates = [certificate],
            // Its name is the loopback address, so only the root says who it is.
            RemoteCertificateValidationCallback = (_, remote, _, _) => remote is X509Certificate2 server && IsOfRoot(server),
        },
    };

    private bool IsOfRoot(X509Certificate2 server)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(server);
    }
}
