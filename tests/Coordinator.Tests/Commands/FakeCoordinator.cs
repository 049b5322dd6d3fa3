using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Rigshift.Coordinator.Serving;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Tests.Commands;

/// <summary>Answers the operator's calls on loopback with what a test has laid out.</summary>
internal sealed class FakeCoordinator : IAsyncDisposable
{
    private readonly WebApplication app;

    private FakeCoordinator(WebApplication app, FakeScript script) => (this.app, Script) = (app, script);

    public FakeScript Script { get; }

    public Uri Url => new(app.Urls.Single());

    public static async Task<FakeCoordinator> StartAsync(string stateDirectory)
    {
        var script = new FakeScript();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, o => o.Protocols = HttpProtocols.Http2));
        builder.Services.AddSingleton(script);
        builder.Services.AddGrpc();
        var app = builder.Build();
        app.MapGrpcService<FakeJobs>();
        app.MapGrpcService<FakeFleet>();
        app.MapMethods("/v1/artifacts/{digest}", ["HEAD"], () => Results.Ok());
        await app.StartAsync();
        var fake = new FakeCoordinator(app, script);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest("CN=operator", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        new OperatorCredential(fake.Url.OriginalString, certificate.ExportCertificatePem(), certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem())
            .Save(new StatePaths(stateDirectory).Operator);
        return fake;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
    }

    private sealed class FakeJobs(FakeScript script) : Jobs.JobsBase
    {
        public override Task<Job> Submit(SubmitRequest request, ServerCallContext context)
        {
            script.Submitted.Add(request);
            return Task.FromResult(script.Job);
        }

        public override Task<Job> Get(GetJobRequest request, ServerCallContext context) =>
            script.Job.JobId.StartsWith(request.JobId, StringComparison.Ordinal)
                ? Task.FromResult(script.Job)
                : throw new RpcException(new Status(StatusCode.NotFound, $"There is no job {request.JobId}."));

        public override Task<ListJobsReply> List(ListJobsRequest request, ServerCallContext context) =>
            Task.FromResult(new ListJobsReply { Jobs = { script.Job } });

        public override Task<Job> Cancel(CancelJobRequest request, ServerCallContext context)
        {
            script.Job.CancelRequested = true;
            return Task.FromResult(script.Job);
        }

        public override async Task Watch(WatchJobRequest request, IServerStreamWriter<Job> responseStream, ServerCallContext context)
        {
            while (script.Steps.TryDequeue(out var step))
            {
                if (step is null)
                {
                    throw new RpcException(new Status(StatusCode.Unavailable, "restarting"));
                }

                script.Job = step;
                await responseStream.WriteAsync(step, context.CancellationToken);
            }

            if (script.HoldsWatch)
            {
                script.Held.TrySetResult();
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.CancellationToken);
            }
        }

        public override async Task ReadLogs(ReadLogsRequest request, IServerStreamWriter<JobLogChunk> responseStream, ServerCallContext context)
        {
            foreach (var chunk in script.Log.Where(c => request.Stream is LogStream.Unspecified || c.Stream == request.Stream))
            {
                await responseStream.WriteAsync(chunk, context.CancellationToken);
            }

            if (script.LogCuts-- > 0)
            {
                throw new RpcException(new Status(StatusCode.Unavailable, "restarting"));
            }
        }
    }

    private sealed class FakeFleet(FakeScript script) : Fleet.FleetBase
    {
        public override Task<ListRigsReply> ListRigs(ListRigsRequest request, ServerCallContext context) => Task.FromResult(new ListRigsReply { Rigs = { script.Rigs } });

        public override Task<RigStatus> Drain(DrainRigRequest request, ServerCallContext context)
        {
            script.Drains.Add(request);
            return Task.FromResult(script.Rigs.First(r => r.RigId == request.RigId));
        }

        public override Task<CreateTokenReply> CreateToken(CreateTokenRequest request, ServerCallContext context) =>
            throw new RpcException(new Status(StatusCode.Unauthenticated, "This call needs an operator's certificate."));
    }
}
