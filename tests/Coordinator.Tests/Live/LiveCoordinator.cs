using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Net.Client;
using Rigshift.Coordinator.Serving;
using Rigshift.Protocol.V1;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Coordinator.Tests.Live;

/// <summary>A real coordinator on a loopback port, which can be stopped and started again on its directory.</summary>
internal sealed class LiveCoordinator : IAsyncDisposable
{
    private readonly TempDirectory directory = new();
    private readonly List<IDisposable> owned = [];
    private readonly Action<CoordinatorOptions> configure;
    private CoordinatorServer? server;

    private readonly TimeProvider time;

    private LiveCoordinator(Action<CoordinatorOptions> configure, TimeProvider time) => (this.configure, this.time) = (configure, time);

    public CoordinatorServer Server => server!; // Set by StartAsync.

    public string StateDirectory => Path.Combine(directory.Root, "state");

    public Jobs.JobsClient Jobs { get; private set; } = null!; // Set by StartServerAsync.

    public Fleet.FleetClient Fleet { get; private set; } = null!; // Set by StartServerAsync.

    public HttpClient Operator { get; private set; } = null!; // Set by StartServerAsync.

    public static async Task<LiveCoordinator> StartAsync(Action<CoordinatorOptions>? configure = null, TimeProvider? time = null)
    {
        var live = new LiveCoordinator(configure ?? (_ => { }), time ?? TimeProvider.System);
        await live.StartServerAsync();
        return live;
    }

    public CoordinatorOptions Options()
    {
        var options = new CoordinatorOptions { StateDirectory = StateDirectory, Listen = "https://127.0.0.1:0", ConsoleLog = false };
        configure(options);
        return options;
    }

    public async Task RestartAsync()
    {
        await Server.DisposeAsync();
        await StartServerAsync();
    }

    public HttpClient Http(X509Certificate2? certificate)
    {
        var root = Server.OperatorCredential.Root();
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            EnableMultipleHttp2Connections = true,
            SslOptions = new SslClientAuthenticationOptions
            {
                ClientCertificates = certificate is null ? null : [certificate],
                LocalCertificateSelectionCallback = certificate is null ? null : (_, _, _, _, _) => certificate,
                CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { root }, RevocationMode = X509RevocationMode.NoCheck },
            },
        };
        var client = new HttpClient(handler) { BaseAddress = Server.Url, DefaultRequestVersion = HttpVersion.Version20 };
        owned.Add(client);
        return client;
    }

    public GrpcChannel Channel(X509Certificate2? certificate)
    {
        var channel = GrpcChannel.ForAddress(Server.Url, new GrpcChannelOptions { HttpClient = Http(certificate) });
        owned.Add(channel);
        return channel;
    }

    /// <summary>A rig that has enrolled with a token of its own.</summary>
    public async Task<FakeRig> EnrollAsync(string hostname = "rig-1")
    {
        var token = await TokenAsync();
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var reply = await EnrollAsync(token, key, hostname);
        using var bare = X509CertificateLoader.LoadCertificate(reply.Certificate.Span);
        using var whole = bare.CopyWithPrivateKey(key);
        var certificate = X509CertificateLoader.LoadPkcs12(whole.Export(X509ContentType.Pkcs12), null);
        owned.Add(certificate);
        return new FakeRig(this, Guid.Parse(reply.RigId), certificate, key, hostname);
    }

    public async Task<EnrollmentToken> TokenAsync(uint ttlS = 0, uint uses = 0)
    {
        var text = (await Fleet.CreateTokenAsync(new CreateTokenRequest { TtlS = ttlS, Uses = uses })).Token;
        Assert.That(EnrollmentToken.TryParse(text, out var token, out var fault), Is.True, fault);
        return token!; // The line above fails first.
    }

    public async Task<EnrollReply> EnrollAsync(EnrollmentToken token, ECDsa key, string hostname = "rig-1") =>
        await new Protocol.V1.Enrollment.EnrollmentClient(Channel(null)).EnrollAsync(new EnrollRequest
        {
            TokenId = token.Id,
            Secret = token.Secret,
            Csr = ByteString.CopyFrom(Csr(key)),
            Hostname = hostname,
        });

    public static byte[] Csr(ECDsa key) => new CertificateRequest("CN=rig", key, HashAlgorithmName.SHA256).CreateSigningRequest();

    /// <summary>A job that needs half a core.</summary>
    public async Task<Job> SubmitAsync(Action<JobSpec>? change = null)
    {
        var spec = new JobSpec { Name = "work", Process = new ProcessSpec { Command = { "/bin/true" } }, Resources = new Resources { CpuMillis = 500 } };
        change?.Invoke(spec);
        return await Jobs.SubmitAsync(new SubmitRequest { Spec = spec });
    }

    /// <summary>Waits until the job is as expected, by watching it.</summary>
    public async Task<Job> WaitAsync(string jobId, Func<Job, bool> expected)
    {
        using var watch = Jobs.Watch(new WatchJobRequest { JobId = jobId });
        Job? last = null;
        while (await watch.ResponseStream.MoveNext(TestContext.CurrentContext.CancellationToken))
        {
            last = watch.ResponseStream.Current;
            if (expected(last))
            {
                return last;
            }
        }

        Assert.Fail($"The job ended as {last}");
        return last!; // Fail throws.
    }

    public async ValueTask DisposeAsync()
    {
        owned.ForEach(one => one.Dispose());
        await Server.DisposeAsync();
        directory.Dispose();
    }

    private async Task StartServerAsync()
    {
        server = await CoordinatorServer.StartAsync(Options(), time);
        var certificate = Server.OperatorCredential.Certificate();
        owned.Add(certificate);
        Operator = Http(certificate);
        var channel = Channel(certificate);
        Jobs = new Jobs.JobsClient(channel);
        Fleet = new Fleet.FleetClient(channel);
    }
}
