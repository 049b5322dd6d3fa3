using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Sessions;

/// <summary>A real gRPC server over mutual TLS that does what its test says, mostly wrong.</summary>
internal sealed class ScriptedCoordinator : IAsyncDisposable
{
    private readonly WebApplication app;

    private ScriptedCoordinator(WebApplication app, TestAuthority authority)
    {
        this.app = app;
        Authority = authority;
    }

    public TestAuthority Authority { get; }

    public Guid RigId { get; } = Guid.NewGuid();

    public Uri Url { get; private set; } = new("https://localhost");

    /// <summary>Every stream that a rig opened, in order.</summary>
    public Channel<ScriptedStream> Streams { get; } = Channel.CreateUnbounded<ScriptedStream>();

    public List<EnrollRequest> Enrollments { get; } = [];

    public Func<EnrollRequest, EnrollReply>? OnEnroll { get; set; }

    public Func<RenewRequest, RenewReply>? OnRenew { get; set; }

    public Func<AppendLogRequest, AppendLogReply>? OnAppend { get; set; }

    public string RootPem { get; set; } = "";

    public EnrollmentToken Token => EnrollmentToken.Create(Url, "t1", Authority.Pin);

    public static async Task<ScriptedCoordinator> StartAsync(TestAuthority authority, X509Certificate2? server = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        var certificate = server ?? authority.Server();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.UseHttps(https =>
            {
                https.ServerCertificate = certificate;
                https.ClientCertificateMode = ClientCertificateMode.AllowCertificate;
                https.ClientCertificateValidation = (_, _, _) => true;
            });
        }));
        builder.Services.AddGrpc(o => o.MaxReceiveMessageSize = null);
        var holder = new Holder();
        builder.Services.AddSingleton(holder);
        var app = builder.Build();
        app.MapGrpcService<ScriptedRig>();
        app.MapGrpcService<ScriptedEnrollment>();
        app.MapGrpcService<ScriptedLogs>();
        var coordinator = new ScriptedCoordinator(app, authority) { RootPem = authority.Root.ExportCertificatePem() };
        holder.Coordinator = coordinator;
        app.MapGet("/v1/root", () => Results.Text(coordinator.RootPem));
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First(); // Kestrel always has it.
        coordinator.Url = new Uri($"https://localhost:{new Uri(address).Port}");
        return coordinator;
    }

    public EnrollReply Enrolled(EnrollRequest request)
    {
        using var certificate = Authority.Rig(request.Csr.ToByteArray(), RigId);
        return new EnrollReply
        {
            RigId = RigId.ToString("D"),
            ClusterId = Authority.ClusterId.ToString("D"),
            Certificate = ByteString.CopyFrom(certificate.RawData),
            Root = ByteString.CopyFrom(Authority.Root.RawData),
        };
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        await app.StopAsync(patience.Token);
        await app.DisposeAsync();
    }

    private sealed class Holder
    {
        public ScriptedCoordinator? Coordinator { get; set; }
    }

    private sealed class ScriptedRig(Holder holder) : Rig.RigBase
    {
        public override async Task Connect(IAsyncStreamReader<RigMessage> requestStream, IServerStreamWriter<CoordinatorMessage> responseStream, ServerCallContext context)
        {
            var stream = new ScriptedStream(requestStream, responseStream, context);
            holder.Coordinator!.Streams.Writer.TryWrite(stream); // Set before the server starts.
            await stream.Closed;
        }
    }

    private sealed class ScriptedEnrollment(Holder holder) : Enrollment.EnrollmentBase
    {
        public override Task<EnrollReply> Enroll(EnrollRequest request, ServerCallContext context)
        {
            var coordinator = holder.Coordinator!; // Set before the server starts.
            coordinator.Enrollments.Add(request);
            return Task.FromResult((coordinator.OnEnroll ?? coordinator.Enrolled)(request));
        }

        public override Task<RenewReply> Renew(RenewRequest request, ServerCallContext context) =>
            Task.FromResult(holder.Coordinator!.OnRenew!(request)); // A test that renews sets it.
    }

    private sealed class ScriptedLogs(Holder holder) : RigLogs.RigLogsBase
    {
        public override Task<AppendLogReply> Append(AppendLogRequest request, ServerCallContext context) =>
            Task.FromResult(holder.Coordinator!.OnAppend!(request)); // A test with logs sets it.
    }
}

/// <summary>One rig's stream in the hands of a test.</summary>
internal sealed class ScriptedStream(IAsyncStreamReader<RigMessage> requests, IServerStreamWriter<CoordinatorMessage> responses, ServerCallContext context)
{
    public const ulong Gen = (1000UL << 32) | 1;

    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Closed => Task.WhenAny(closed.Task, Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken));

    public X509Certificate2? Certificate { get; } = context.GetHttpContext().Connection.ClientCertificate;

    public void Close() => closed.TrySetResult();

    public async Task<RigMessage> ReceiveAsync()
    {
        Assert.That(await requests.MoveNext(context.CancellationToken), Is.True, "The rig closed the stream.");
        return requests.Current;
    }

    /// <summary>The next message of this kind; others are passed over.</summary>
    public async Task<RigMessage> ReceiveAsync(RigMessage.BodyOneofCase kind)
    {
        while (true)
        {
            if (await ReceiveAsync() is var message && message.BodyCase == kind)
            {
                return message;
            }
        }
    }

    public Task SendAsync(CoordinatorMessage message)
    {
        message.SessionGen = message.SessionGen == 0 ? Gen : message.SessionGen;
        return responses.WriteAsync(message, context.CancellationToken);
    }

    /// <summary>Hello, HelloAck, HelloConfirm as they should be.</summary>
    public async Task<Hello> OpenAsync(Guid clusterId, Action<HelloAck>? change = null)
    {
        var hello = await ReceiveAsync(RigMessage.BodyOneofCase.Hello);
        var ack = new HelloAck
        {
            SessionGen = Gen,
            Incarnation = 1000,
            ClusterId = clusterId.ToString("D"),
            NewStateGen = 7,
            Version = 1,
            Terms = new SessionTerms { HeartbeatIntervalS = 10, HeartbeatTimeoutS = 30 },
        };
        change?.Invoke(ack);
        await SendAsync(new CoordinatorMessage { HelloAck = ack });
        await ReceiveAsync(RigMessage.BodyOneofCase.HelloConfirm);
        return hello.Hello;
    }
}
