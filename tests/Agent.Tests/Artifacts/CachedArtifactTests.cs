using Rigshift.Agent.Model;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Artifacts;

/// <summary>What is fetched once is not fetched again, and makes room when it must.</summary>
internal sealed class CachedArtifactTests
{
    private static readonly byte[] Content = ArtifactRig.Bytes(5_000_000);
    private static readonly InputArtifact Input = ArtifactRig.Input(Content);

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_ManyWantTheSame_FetchesOnce(CancellationToken cancellation)
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var rig = new ArtifactRig(async exchange =>
        {
            await release.Task;
            await exchange.SendAsync(Content);
        });
        using var impatient = new CancellationTokenSource();
        var leaver = rig.PrepareAsync(impatient.Token, Input);
        var all = Enumerable.Range(0, 8).Select(_ => rig.PrepareAsync(cancellation, Input)).ToList();
        await DownloadTests.Eventually(() => rig.Server.Requests.Count > 0, cancellation);
        await impatient.CancelAsync();
        await Assert.ThatAsync(() => leaver, Throws.InstanceOf<OperationCanceledException>());
        release.SetResult();

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await Task.WhenAll(all)).Select(r => r.Fault), Is.All.Null);
            Assert.That(rig.Server.Requests, Has.Count.EqualTo(1));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_AgainAfterARestart_TakesItFromTheCache(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.SendAsync(Content));
        await rig.PrepareAsync(cancellation, Input);
        rig.Restart();
        await rig.PrepareAsync(cancellation, Input);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(rig.Server.Requests, Has.Count.EqualTo(1));
            Assert.That(rig.Store.Warm(10), Is.EqualTo(new[] { Input.Digest }));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_CachedFileRottedBeforeTheRestart_IsFetchedAgain(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.SendAsync(Content));
        await rig.PrepareAsync(cancellation, Input);
        await using (var file = File.OpenWrite(rig.Cache.PathOf(Input.Digest)))
        {
            file.WriteByte((byte)~Content[0]);
        }

        rig.Restart();
        var (fault, paths) = await rig.PrepareAsync(cancellation, Input);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault, Is.Null);
            Assert.That(await File.ReadAllBytesAsync(Path.Combine(paths.Input, "file"), cancellation), Is.EqualTo(Content));
            Assert.That(rig.Server.Requests, Has.Count.EqualTo(2));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_DiskFull_EvictsWhatNobodyUsesThenSaysDiskFull(CancellationToken cancellation)
    {
        using var disk = SmallDisk.Mount(megabytes: 8);
        var other = ArtifactRig.Bytes(2_000_000, seed: 3);
        var large = ArtifactRig.Bytes(20_000_000, seed: 4);
        await using var rig = new ArtifactRig(
            exchange => exchange.SendAsync(exchange.Path.Contains(Input.Digest.Hex, StringComparison.Ordinal) ? Content : exchange.Path.Contains(ArtifactRig.Input(other).Digest.Hex, StringComparison.Ordinal) ? other : large),
            stateDir: disk.Root);
        var paths = rig.NewAttempt(out var id);
        await rig.Store.PrepareAsync(id, [ArtifactRig.Input(other)], paths, cancellation);
        rig.Store.Release(id);

        var (fault, _) = await rig.PrepareAsync(cancellation, ArtifactRig.Input(large));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault?.Reason, Is.EqualTo(Reason.DiskFull));
            Assert.That(rig.Store.Warm(10), Is.Empty);
        }
    }
}
