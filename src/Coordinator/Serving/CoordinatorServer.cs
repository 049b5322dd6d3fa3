using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Rigshift.Coordinator.ArtifactApi;
using Rigshift.Coordinator.Enrollment;
using Rigshift.Coordinator.FleetApi;
using Rigshift.Coordinator.JobApi;
using Rigshift.Coordinator.Logs;
using Rigshift.Coordinator.RigSessions;
using Serilog;

namespace Rigshift.Coordinator.Serving;

/// <summary>A running coordinator. Disposing it ends every session in good order; nothing is lost.</summary>
internal sealed class CoordinatorServer : IAsyncDisposable
{
    /// <summary>Streams are ended at once; this is for a commit on a slow disk.</summary>
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan OperatorLife = TimeSpan.FromDays(3650);

    private readonly StartedParts parts;
    private readonly WebApplication application;
    private readonly TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private CoordinatorServer(StartedParts parts, WebApplication application, Uri url, OperatorCredential credential)
    {
        this.parts = parts;
        this.application = application;
        Url = url;
        StateDirectory = parts.Paths.Root;
        OperatorCredential = credential;
        application.Lifetime.ApplicationStopped.Register(() => stopped.TrySetResult());
    }

    /// <summary>Where it listens, with the port it got.</summary>
    public Uri Url { get; }

    public string StateDirectory { get; }

    public OperatorCredential OperatorCredential { get; }

    /// <summary>Completes when the coordinator has stopped.</summary>
    public Task Stopped => stopped.Task;

    internal IServiceProvider Services => application.Services;

    /// <exception cref="StartException">The directory, the address or the settings do not allow it; the message has the remedy.</exception>
    public static Task<CoordinatorServer> StartAsync(CoordinatorOptions options, CancellationToken cancellation = default) =>
        StartAsync(options, TimeProvider.System, cancellation);

    /// <inheritdoc cref="StartAsync(CoordinatorOptions, CancellationToken)"/>
    internal static async Task<CoordinatorServer> StartAsync(CoordinatorOptions options, TimeProvider time, CancellationToken cancellation = default)
    {
        OptionsCheck.ThrowIfWrong(options);
        var parts = await StartedParts.OpenAsync(options, time);
        WebApplication? application = null;
        try
        {
            application = Build(options, parts);
            await application.StartAsync(cancellation);
            var url = AddressOf(application, options);
            application.Services.GetRequiredService<PublicAddress>().Set(options.PublicUrl.Length > 0 ? new Uri(options.PublicUrl) : url.Public);
            return new CoordinatorServer(parts, application, url.Local, Credential(parts, url.Local));
        }
        catch (Exception e) // What was opened is closed again; the cause goes on.
        {
            if (application is not null)
            {
                await application.DisposeAsync();
            }

            await parts.DisposeAsync();
            if (e is IOException or SocketException)
            {
                throw new StartException($"{options.Listen} cannot be listened on: {e.Message} Choose another port or address with --listen.", e);
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using (var limit = new CancellationTokenSource(StopLimit, TimeProvider.System))
        {
            await application.StopAsync(limit.Token);
        }

        await application.DisposeAsync();
        await parts.DisposeAsync();
    }

    private static WebApplication Build(CoordinatorOptions options, StartedParts parts)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSerilog(parts.Logger, dispose: false);
        builder.Services.AddRouting();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopLimit);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => KestrelSetup.Apply(kestrel, options, parts.Identity, parts.Authority));
        ServerServices.Add(builder.Services, options, parts.Database, parts.Authority, parts.Incarnation, parts.Time);

        var application = builder.Build();
        application.UseRouting();
        application.MapGrpcService<EnrollmentService>();
        application.MapGrpcService<RigService>();
        application.MapGrpcService<RigLogsService>();
        application.MapGrpcService<JobsService>();
        application.MapGrpcService<FleetService>();
        application.MapGrpcReflectionService();
        application.MapGrpcHealthChecksService();
        application.Services.GetRequiredService<ArtifactEndpoints>().Map(application);
        // A rig that enrolls knows only the root's pin: it fetches the root over a connection that it does not trust yet, and compares.
        var root = parts.Authority.Root.ExportCertificatePem() + "\n";
        application.MapGet("/v1/root", () => Results.Text(root, "application/x-pem-file"));
        return application;
    }

    private static (Uri Local, Uri Public) AddressOf(WebApplication application, CoordinatorOptions options)
    {
        var bound = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses.First()
            ?? throw new InvalidOperationException("Kestrel names no address.");
        var port = new Uri(bound).Port;
        var listen = new Uri(options.Listen);
        var all = IPAddress.TryParse(listen.Host.Trim('[', ']'), out var address) && (address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));
        return (
            new UriBuilder(listen.Scheme, all ? "127.0.0.1" : listen.Host, port).Uri,
            new UriBuilder(listen.Scheme, all ? Dns.GetHostName() : listen.Host, port).Uri);
    }

    /// <summary>A new one at each start: the file is always of this root and names this port.</summary>
    private static OperatorCredential Credential(StartedParts parts, Uri url)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = parts.Authority.IssueOperator(new PublicKey(key), "local", OperatorLife);
        var credential = new OperatorCredential(
            url.GetLeftPart(UriPartial.Authority), parts.Authority.Root.ExportCertificatePem(), certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
        credential.Save(parts.Paths.Operator);
        return credential;
    }
}
