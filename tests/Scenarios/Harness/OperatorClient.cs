using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Grpc.Core;
using Grpc.Net.Client;
using Rigshift.Protocol.V1;

namespace Rigshift.Scenarios.Harness;

/// <summary>The job owner, straight over gRPC with the operator's certificate.</summary>
internal sealed class OperatorClient : IDisposable
{
    // A coordinator that is being restarted answers within this, or the call counts as failed.
    private static readonly TimeSpan CallDeadline = TimeSpan.FromSeconds(20);

    private readonly X509Certificate2 root;
    private readonly X509Certificate2 certificate;
    private readonly GrpcChannel channel;
    private readonly HttpClient http;
    private readonly Jobs.JobsClient jobs;
    private readonly Fleet.FleetClient fleet;

    public OperatorClient(string credentials, string url)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(credentials));
        var pem = document.RootElement;
        root = X509Certificate2.CreateFromPem(pem.GetProperty("rootPem").GetString());
        certificate = X509Certificate2.CreateFromPem(pem.GetProperty("certificatePem").GetString(), pem.GetProperty("keyPem").GetString());
        channel = GrpcChannel.ForAddress(url, new GrpcChannelOptions { HttpHandler = Handler(), DisposeHttpClient = true });
        http = new HttpClient(Handler()) { BaseAddress = new Uri(url), DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };
        jobs = new Jobs.JobsClient(channel);
        fleet = new Fleet.FleetClient(channel);
    }

    private static DateTime Deadline => TimeProvider.System.GetUtcNow().UtcDateTime + CallDeadline;

    public async Task<IReadOnlyList<RigStatus>> RigsAsync() => [.. (await fleet.ListRigsAsync(new ListRigsRequest(), deadline: Deadline)).Rigs];

    public async Task<string> SubmitAsync(JobSpec spec) => (await jobs.SubmitAsync(new SubmitRequest { Spec = spec }, deadline: Deadline)).JobId;

    public async Task CancelAsync(string job) => await jobs.CancelAsync(new CancelJobRequest { JobId = job }, deadline: Deadline);

    /// <summary>The job as it is; null while the coordinator is away.</summary>
    public async Task<Job?> FindAsync(string job)
    {
        try
        {
            return await jobs.GetAsync(new GetJobRequest { JobId = job }, deadline: Deadline);
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal or StatusCode.Cancelled) // Killed or starting: the scenario asks again.
        {
            return null;
        }
    }

    /// <summary>The whole log of an attempt, as soon as it is here.</summary>
    public async Task<JobLog> LogAsync(string job, LogStream stream = LogStream.Stdout, uint attempt = 0, bool follow = true)
    {
        var text = new StringBuilder();
        ulong dropped = 0;
        ulong next = 0;
        // The coordinator itself waits a minute for the rest of a log.
        using var call = jobs.ReadLogs(
            new ReadLogsRequest { JobId = job, Stream = stream, AttemptNo = attempt, Follow = follow },
            deadline: TimeProvider.System.GetUtcNow().UtcDateTime + TimeSpan.FromSeconds(90));
        await foreach (var chunk in call.ResponseStream.ReadAllAsync())
        {
            Assert.That(chunk.Offset, Is.EqualTo(next + chunk.DroppedBytes), "A piece of the log is missing or came twice.");
            dropped += chunk.DroppedBytes;
            next = chunk.Offset + (ulong)chunk.Data.Length;
            text.Append(chunk.Data.ToStringUtf8());
        }

        return new JobLog(text.ToString(), dropped, next);
    }

    public async Task<ArtifactRef> UploadAsync(byte[] bytes)
    {
        var digest = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(bytes));
        using var content = new ByteArrayContent(bytes);
        using var answer = await http.PutAsync(new Uri($"/v1/artifacts/{digest}", UriKind.Relative), content);
        Assert.That((int)answer.StatusCode, Is.AnyOf(200, 201));
        return new ArtifactRef { Digest = digest, SizeBytes = (ulong)bytes.Length };
    }

    public async Task<byte[]> DownloadAsync(ArtifactRef artifact) => await http.GetByteArrayAsync(new Uri($"/v1/artifacts/{artifact.Digest}", UriKind.Relative));

    public void Dispose()
    {
        channel.Dispose();
        http.Dispose();
        certificate.Dispose();
        root.Dispose();
    }

    private SocketsHttpHandler Handler() => new()
    {
        SslOptions = { ClientCertificates = [certificate], RemoteCertificateValidationCallback = (_, server, _, _) => server is X509Certificate2 shown && IsOfTheRoot(shown) },
        UseProxy = false,
    };

    private bool IsOfTheRoot(X509Certificate2 server)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(server);
    }
}

/// <param name="Text">What was kept.</param>
/// <param name="Dropped">Bytes that were left out of the middle.</param>
/// <param name="Length">Bytes that the program wrote.</param>
internal sealed record JobLog(string Text, ulong Dropped, ulong Length)
{
    public IReadOnlyList<string> Lines => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
