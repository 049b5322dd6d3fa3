using Google.Protobuf;
using Rigshift.Protocol.V1;

namespace Rigshift.Agent.Tests.Sessions;

/// <summary>Certificates and clocks that are wrong, and how a rig still finds its coordinator, or refuses another.</summary>
internal sealed class SessionIdentityTests
{
    private readonly TestAuthority authority = new();
    private readonly RigUnderTest rig = new();
    private ScriptedCoordinator coordinator = null!; // SetUp starts it.

    [SetUp]
    public async Task StartAsync()
    {
        coordinator = await ScriptedCoordinator.StartAsync(authority);
        await rig.EnrollAsync(coordinator);
    }

    [TearDown]
    public async Task StopAsync()
    {
        await rig.DisposeAsync();
        await coordinator.DisposeAsync();
        authority.Dispose();
    }

    [Test, CancelAfter(30_000)]
    public async Task CertificateAtHalfLife_IsRenewedAndTheNewOneIsUsedBeforeItReplacesTheOld(CancellationToken cancellation)
    {
        var begin = rig.Time.GetUtcNow();
        coordinator.OnEnroll = request =>
        {
            using var soonDue = authority.Rig(request.Csr.ToByteArray(), coordinator.RigId, begin.AddHours(-2), begin.AddHours(1));
            return new EnrollReply(coordinator.Enrolled(request)) { Certificate = ByteString.CopyFrom(soonDue.RawData) };
        };
        coordinator.OnRenew = request =>
        {
            using var renewed = authority.Rig(request.Csr.ToByteArray(), coordinator.RigId, begin, begin.AddDays(7));
            return new RenewReply { Certificate = ByteString.CopyFrom(renewed.RawData) };
        };
        await rig.Enroller().EnrollAsync(coordinator.Token.Encode(), null, force: true, cancellation);
        var old = rig.Store.Load().Current!; // Enrolled on the line before.
        await rig.StartAsync();
        var first = await coordinator.Streams.Reader.ReadAsync(cancellation);
        await first.OpenAsync(authority.ClusterId);

        var second = await coordinator.Streams.Reader.ReadAsync(cancellation);
        Assert.That(rig.Store.Load().Current!.Generation, Is.EqualTo(old.Generation), "The old identity stays in use until the coordinator took the new one.");
        await second.OpenAsync(authority.ClusterId);

        await RigUnderTest.EventuallyAsync(() => rig.Store.Load().Current!.Generation > old.Generation, cancellation);
        Assert.That(second.Certificate!.Thumbprint, Is.EqualTo(rig.Store.Load().Current!.Certificate.Thumbprint));
    }

    [Test, CancelAfter(60_000)]
    public async Task ServerOfAnotherCluster_IsRefusedAndTheStatusSaysWhy(CancellationToken cancellation)
    {
        using var stranger = new TestAuthority();
        await using var impostor = await ScriptedCoordinator.StartAsync(stranger);
        MoveTo(impostor.Url);

        await rig.StartAsync();

        await RigUnderTest.EventuallyAsync(() => rig.View.Current.LastError?.Contains("not signed by this rig's cluster", StringComparison.Ordinal) == true, cancellation);
        Assert.That(impostor.Streams.Reader.Count, Is.Zero);
    }

    [Test, CancelAfter(60_000)]
    public async Task ServerCertificateExpired_ClockIsGood_IsRefusedAndTheStatusNamesTheDates(CancellationToken cancellation)
    {
        var ended = new DateTimeOffset(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);
        await using var expired = await ScriptedCoordinator.StartAsync(authority, authority.Server(from: ended.AddDays(-30), to: ended));
        MoveTo(expired.Url);

        await rig.StartAsync();

        await RigUnderTest.EventuallyAsync(() => rig.View.Current.LastError?.Contains("check the clocks of both", StringComparison.Ordinal) == true, cancellation);
        Assert.That(expired.Streams.Reader.Count, Is.Zero);
    }

    [Test, CancelAfter(60_000)]
    public async Task ClockAt1970_SessionOpens(CancellationToken cancellation)
    {
        await using var old = new RigUnderTest(DateTimeOffset.UnixEpoch.AddDays(1));
        await old.EnrollAsync(coordinator);

        await old.StartAsync();
        var stream = await coordinator.Streams.Reader.ReadAsync(cancellation);
        await stream.OpenAsync(authority.ClusterId);

        await RigUnderTest.EventuallyAsync(() => old.View.Current.Connected, cancellation);
    }

    [Test]
    public void NewestGenerationIsDamaged_TheOneBeforeStillWorks()
    {
        var before = rig.Store.Load().Current!; // Enrolled in SetUp.
        File.WriteAllText(Path.Combine(rig.IdentityDirectory, "2.json"), "{ \"RigId\": ");

        Assert.That(rig.Store.Load().Current!.RigId, Is.EqualTo(before.RigId));
        Assert.That(rig.Store.Load().Candidate, Is.Null);
    }

    [Test]
    public void PointerIsLost_TheNewestWholeGenerationIsUsed()
    {
        File.Delete(Path.Combine(rig.IdentityDirectory, "current"));

        Assert.That(rig.Store.Load().Current!.Generation, Is.EqualTo(1));
    }

    // The rig's identity with another address in it, as a DNS entry that was taken over would do.
    private void MoveTo(Uri url)
    {
        var file = Path.Combine(rig.IdentityDirectory, "1.json");
        File.WriteAllText(file, File.ReadAllText(file).Replace(coordinator.Url.OriginalString, url.OriginalString, StringComparison.Ordinal));
    }
}
