using System.Security.Cryptography;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Time.Testing;
using Rigshift.Coordinator.Tests.Live;
using Rigshift.Protocol.V1;
using Rigshift.Rules;
using Rigshift.TestKit;
using Message = Rigshift.Protocol.V1.CoordinatorMessage.BodyOneofCase;

namespace Rigshift.Coordinator.Tests.Enrollment;

/// <summary>How rigs come to their identity, and lose it, over real TLS.</summary>
[CancelAfter(30_000)]
internal sealed class EnrollmentTests
{
    private LiveCoordinator coordinator = null!; // Made by SetUp.
    private FakeTimeProvider time = null!; // Made by SetUp.
    private ECDsa key = null!; // Made by SetUp.

    [SetUp]
    public async Task StartAsync()
    {
        time = new FakeTimeProvider(TimeProvider.System.GetUtcNow()); // TLS looks at the real clock.
        coordinator = await LiveCoordinator.StartAsync(time: time);
        key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    }

    [TearDown]
    public async Task StopAsync()
    {
        key.Dispose();
        await coordinator.DisposeAsync();
    }

    [Test]
    public async Task Enroll_SameTokenAndKeyAgain_GivesTheSameRigAlsoAfterARestart()
    {
        var token = await coordinator.TokenAsync();
        var first = await coordinator.EnrollAsync(token, key);
        await coordinator.RestartAsync();
        var second = await coordinator.EnrollAsync(token, key);
        Assert.That(second.RigId, Is.EqualTo(first.RigId));
    }

    [Test]
    public async Task Enroll_TokenUsedUp_IsRefusedAsUsed()
    {
        var token = await coordinator.TokenAsync();
        await coordinator.EnrollAsync(token, key);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.That(await RefusalAsync(token, other), Is.EqualTo(Reason.TokenUsed));
    }

    [Test]
    public async Task Enroll_TokenExpired_IsRefusedAsExpired()
    {
        var token = await coordinator.TokenAsync(ttlS: 1);
        time.Advance(TimeSpan.FromSeconds(1.1));
        Assert.That(await RefusalAsync(token, key), Is.EqualTo(Reason.TokenExpired));
    }

    [Test]
    public async Task Enroll_WrongSecretOrUnknownId_IsRefusedAsUnknown()
    {
        var token = await coordinator.TokenAsync();
        using var scope = Assert.EnterMultipleScope();
        Assert.That(await RefusalAsync(token with { Secret = "guess" }, key), Is.EqualTo(Reason.TokenUnknown));
        Assert.That(await RefusalAsync(token with { Id = "nobody" }, key), Is.EqualTo(Reason.TokenUnknown));
    }

    [Test]
    public async Task Enroll_RsaOrNonsense_IsRefusedAsCsrInvalid()
    {
        var token = await coordinator.TokenAsync();
        var refused = await Thrown.ByAsync<RpcException>(async () => await new Protocol.V1.Enrollment.EnrollmentClient(coordinator.Channel(null))
            .EnrollAsync(new EnrollRequest { TokenId = token.Id, Secret = token.Secret, Csr = ByteString.CopyFromUtf8("no request") }));
        Assert.That(refused.Trailers.GetValue("rigshift-reason"), Is.EqualTo(Reason.CsrInvalid));
    }

    [Test]
    public async Task Root_FetchedWithoutACertificate_HasTheTokensPin()
    {
        var token = await coordinator.TokenAsync();
        using var http = coordinator.Http(null);
        using var root = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(await http.GetStringAsync(new Uri("/v1/root", UriKind.Relative)));
        Assert.That(SpkiPin.Of(root), Is.EqualTo(token.Pin));
    }

    [Test]
    public async Task Connect_WithoutACertificate_IsRefused()
    {
        var call = new Rig.RigClient(coordinator.Channel(null)).Connect();
        var refused = await Thrown.ByAsync<RpcException>(async () => await call.ResponseStream.MoveNext(CancellationToken.None));
        Assert.That(refused.Trailers.GetValue("rigshift-reason"), Is.EqualTo(Reason.CertificateRequired));
    }

    [Test]
    public async Task Connect_CertificateOfAnotherCluster_FailsTheHandshake()
    {
        await using var other = await LiveCoordinator.StartAsync();
        var stranger = await other.EnrollAsync();
        var jobs = new Rig.RigClient(coordinator.Channel(stranger.Certificate)).Connect();
        var refused = await Thrown.ByAsync<RpcException>(async () => await jobs.ResponseStream.MoveNext(CancellationToken.None));
        Assert.That(refused.StatusCode, Is.AnyOf(StatusCode.Unavailable, StatusCode.Internal, StatusCode.Unauthenticated));
    }

    [Test]
    public async Task Rig_CallsAnOperatorsMethod_IsRefused()
    {
        var rig = await coordinator.EnrollAsync();
        var refused = await Thrown.ByAsync<RpcException>(async () => await new Fleet.FleetClient(coordinator.Channel(rig.Certificate)).ListRigsAsync(new ListRigsRequest()));
        Assert.That(refused.StatusCode, Is.EqualTo(StatusCode.Unauthenticated));
    }

    [Test]
    public async Task Revoke_LiveSession_EndsItAndTheNextIsRefused()
    {
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        var status = await coordinator.Fleet.RevokeAsync(new RevokeRigRequest { RigId = rig.RigId.ToString("D") });
        var ended = await session.EndsAsync();
        var refused = await Thrown.ByAsync<RpcException>(async () => await new Rig.RigClient(coordinator.Channel(rig.Certificate)).Connect().ResponseStream.MoveNext(CancellationToken.None));
        using var scope = Assert.EnterMultipleScope();
        Assert.That(status.QuarantineReason, Is.EqualTo(Reason.Revoked));
        Assert.That(ended, Is.True);
        Assert.That(refused.Trailers.GetValue("rigshift-reason"), Is.EqualTo(Reason.Revoked));
    }

    [Test]
    public async Task Renew_WithNothingSaved_TheOldCertificateStillConnects()
    {
        var rig = await coordinator.EnrollAsync();
        var client = new Protocol.V1.Enrollment.EnrollmentClient(coordinator.Channel(rig.Certificate));
        var renewed = await client.RenewAsync(new RenewRequest { Csr = ByteString.CopyFrom(LiveCoordinator.Csr(rig.Key)) });
        using var session = await rig.ConnectAsync();
        using var scope = Assert.EnterMultipleScope();
        Assert.That(renewed.Certificate.IsEmpty, Is.False);
        Assert.That(session.First.BodyCase, Is.EqualTo(Message.HelloAck));
    }

    [Test]
    public async Task Renew_StateOlderThanConfirmed_IsRefusedAsStale()
    {
        var rig = await coordinator.EnrollAsync();
        using var session = await rig.ConnectAsync();
        await session.BeatAsync();
        await session.ExpectAsync(Message.HeartbeatAck);
        var client = new Protocol.V1.Enrollment.EnrollmentClient(coordinator.Channel(rig.Certificate));
        var refused = await Thrown.ByAsync<RpcException>(async () => await client.RenewAsync(new RenewRequest { Csr = ByteString.CopyFrom(LiveCoordinator.Csr(rig.Key)), StateGen = 0 }));
        Assert.That(refused.Trailers.GetValue("rigshift-reason"), Is.EqualTo(Reason.StateGenStale));
    }

    private async Task<string?> RefusalAsync(EnrollmentToken token, ECDsa rigKey) =>
        (await Thrown.ByAsync<RpcException>(async () => await coordinator.EnrollAsync(token, rigKey))).Trailers.GetValue("rigshift-reason");
}
