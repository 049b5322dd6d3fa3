using Grpc.Core;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Sessions;

internal sealed class EnrollTests
{
    private readonly TestAuthority authority = new();
    private readonly RigUnderTest rig = new();
    private ScriptedCoordinator coordinator = null!; // SetUp starts it.

    [SetUp]
    public async Task StartAsync() => coordinator = await ScriptedCoordinator.StartAsync(authority);

    [TearDown]
    public async Task StopAsync()
    {
        await rig.DisposeAsync();
        await coordinator.DisposeAsync();
        authority.Dispose();
    }

    [Test, CancelAfter(30_000)]
    public async Task Enroll_GoodToken_IdentityIsOnDiskForTheOwnerOnly(CancellationToken cancellation)
    {
        var outcome = await rig.Enroller().EnrollAsync(coordinator.Token.Encode(), null, false, cancellation);

        Assert.That(outcome.Enrolled, Is.True, outcome.Message);
        Assert.That(rig.Store.Load().Current!.RigId.Value, Is.EqualTo(coordinator.RigId));
        if (!OperatingSystem.IsWindows())
        {
            Assert.That(
                Directory.EnumerateFiles(rig.IdentityDirectory).Select(File.GetUnixFileMode), Is.All.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }
    }

    [Test, CancelAfter(30_000)]
    public async Task Enroll_RootDoesNotMatchThePin_NothingOfTheTokenIsSent(CancellationToken cancellation)
    {
        using var other = new TestAuthority();
        coordinator.RootPem = other.Root.ExportCertificatePem();

        var outcome = await rig.Enroller().EnrollAsync(coordinator.Token.Encode(), null, false, cancellation);

        Assert.That(outcome.Reason, Is.EqualTo("pin_mismatch"));
        Assert.That(outcome.Message, Does.Contain("Somebody may be in between"));
        Assert.That(coordinator.Enrollments, Is.Empty);
    }

    [Test, CancelAfter(60_000)]
    public async Task Enroll_ServerShowsTheRightRootButIsSignedByAnother_SecretIsNotSent(CancellationToken cancellation)
    {
        using var impostor = new TestAuthority();
        await using var between = await ScriptedCoordinator.StartAsync(impostor);
        between.RootPem = authority.Root.ExportCertificatePem();
        var token = EnrollmentToken.Create(between.Url, "t1", authority.Pin);

        var outcome = await rig.Enroller().EnrollAsync(token.Encode(), null, false, cancellation);

        Assert.That(outcome.Message, Does.Contain("not signed by this rig's cluster"));
        Assert.That(between.Enrollments, Is.Empty);
    }

    [Test, CancelAfter(30_000)]
    [TestCase(Reason.TokenUnknown)]
    [TestCase(Reason.TokenExpired)]
    [TestCase(Reason.TokenUsed)]
    public async Task Enroll_TokenRefused_SaysWhyAndWhatToDo(string reason, CancellationToken cancellation)
    {
        coordinator.OnEnroll = _ => throw new RpcException(new Status(StatusCode.Unauthenticated, "no"), new Metadata { { "rigshift-reason", reason } });

        var outcome = await rig.Enroller().EnrollAsync(coordinator.Token.Encode(), null, false, cancellation);

        Assert.That(outcome, Has.Property("Reason").EqualTo(reason).And.Property("Message").EqualTo(ReasonAdvice.For(reason)));
    }

    [Test, CancelAfter(60_000)]
    public async Task Enroll_ReplyLost_SecondRunShowsTheSameKey(CancellationToken cancellation)
    {
        coordinator.OnEnroll = _ => throw new RpcException(new Status(StatusCode.Aborted, "cut"));
        await rig.Enroller().EnrollAsync(coordinator.Token.Encode(), null, false, cancellation);
        coordinator.OnEnroll = null;

        var outcome = await rig.Enroller().EnrollAsync(coordinator.Token.Encode(), null, false, cancellation);

        Assert.That(outcome.Enrolled, Is.True, outcome.Message);
        Assert.That(coordinator.Enrollments.Select(e => KeyOf(e.Csr.ToByteArray())).Distinct().Count(), Is.EqualTo(1));
    }

    [Test, CancelAfter(30_000)]
    public async Task Enroll_AlreadyEnrolled_RefusesUnlessForced(CancellationToken cancellation)
    {
        await rig.EnrollAsync(coordinator);

        var again = await rig.Enroller().EnrollAsync(coordinator.Token.Encode(), null, false, cancellation);
        var forced = await rig.Enroller().EnrollAsync(coordinator.Token.Encode(), null, true, cancellation);

        Assert.That(again.Reason, Is.EqualTo("already_enrolled"));
        Assert.That(again.Message, Does.Contain("--force"));
        Assert.That(forced.Enrolled, Is.True, forced.Message);
    }

    [Test, CancelAfter(30_000)]
    public async Task Enroll_NobodyListens_NamesTheUrlAndTheRemedy(CancellationToken cancellation)
    {
        var token = EnrollmentToken.Create(new Uri("https://localhost:9"), "t1", authority.Pin);

        var outcome = await rig.Enroller().EnrollAsync(token.Encode(), null, false, cancellation);

        Assert.That(outcome.Message, Does.Contain("https://localhost:9").And.Contain("Check the URL"));
    }

    [Test, CancelAfter(30_000)]
    [TestCase("http://coordinator.example:7443", "Use https://")]
    [TestCase("http://127.0.0.1:7443", "Sessions:AllowInsecure")]
    public async Task Enroll_UrlIsNotSafe_IsRefusedBeforeAnyConnection(string url, string remedy, CancellationToken cancellation)
    {
        var outcome = await rig.Enroller().EnrollAsync(EnrollmentToken.Create(new Uri(url), "t1", authority.Pin).Encode(), null, false, cancellation);

        Assert.That(outcome, Has.Property("Reason").EqualTo("url_invalid").And.Property("Message").Contains(remedy));
    }

    [Test, CancelAfter(30_000)]
    public async Task Enroll_CertificateIsForAnotherKey_IsNotTaken(CancellationToken cancellation)
    {
        using var stranger = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        var csr = Agent.Sessions.Identity.CertificateRequests.Create(stranger);
        coordinator.OnEnroll = r => coordinator.Enrolled(new Protocol.V1.EnrollRequest(r) { Csr = Google.Protobuf.ByteString.CopyFrom(csr) });

        var outcome = await rig.Enroller().EnrollAsync(coordinator.Token.Encode(), null, false, cancellation);

        Assert.That(outcome.Message, Does.Contain("for another key"));
        Assert.That(rig.Store.Load().Current, Is.Null);
    }

    [Test, CancelAfter(30_000)]
    public async Task Enroll_ClockAt1970_Enrolls(CancellationToken cancellation)
    {
        await using var old = new RigUnderTest(DateTimeOffset.UnixEpoch.AddDays(1));

        var outcome = await old.Enroller().EnrollAsync(coordinator.Token.Encode(), null, false, cancellation);

        Assert.That(outcome.Enrolled, Is.True, outcome.Message);
    }

    private static string KeyOf(byte[] csr) => Convert.ToHexString(
        System.Security.Cryptography.X509Certificates.CertificateRequest.LoadSigningRequest(csr, System.Security.Cryptography.HashAlgorithmName.SHA256)
            .PublicKey.ExportSubjectPublicKeyInfo());
}
