using Microsoft.Extensions.Time.Testing;
using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Tests.Artifacts;

internal sealed class CacheTests
{
    private static readonly Dictionary<string, byte[]> Known = Enumerable.Range(0, 4).Select(i => ArtifactRig.Bytes(1000, seed: i)).ToDictionary(b => ArtifactRig.Input(b).Digest.ToString());

    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch + TimeSpan.FromDays(20_000));

    private static InputArtifact[] Inputs => [.. Known.Values.Select(bytes => ArtifactRig.Input(bytes))];

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_OverQuota_EvictsTheLeastRecentlyUsedThatNobodyHolds(CancellationToken cancellation)
    {
        await using var rig = NewRig(quota: 2500);
        foreach (var input in Inputs[..2])
        {
            await UseAsync(rig, input, cancellation);
        }

        await UseAsync(rig, Inputs[0], cancellation); // 1 is now the oldest.
        await UseAsync(rig, Inputs[2], cancellation);

        Assert.That(rig.Store.Warm(10), Is.EqualTo(new[] { Inputs[2].Digest, Inputs[0].Digest }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_LastUseSurvivesARestart(CancellationToken cancellation)
    {
        await using var rig = NewRig(quota: 2500);
        await UseAsync(rig, Inputs[0], cancellation);
        await UseAsync(rig, Inputs[1], cancellation);
        await UseAsync(rig, Inputs[0], cancellation);
        rig.Restart();
        await UseAsync(rig, Inputs[2], cancellation);

        Assert.That(rig.Store.Warm(10), Is.EqualTo(new[] { Inputs[2].Digest, Inputs[0].Digest }));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_HeldByAnAttempt_StaysUntilReleasedEvenOverQuota(CancellationToken cancellation)
    {
        await using var rig = NewRig(quota: 1500);
        var paths = rig.NewAttempt(out var holder);
        await rig.Store.PrepareAsync(holder, Inputs[..3], paths, cancellation);
        var held = rig.Store.Warm(10).Count;
        rig.Store.Release(holder);
        rig.Store.Release(holder);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(held, Is.EqualTo(3));
            Assert.That(rig.Store.Warm(10), Has.Count.EqualTo(1));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Warm_Limit_GivesTheMostRecentlyUsed(CancellationToken cancellation)
    {
        await using var rig = NewRig(quota: 1 << 20);
        foreach (var input in Inputs)
        {
            await UseAsync(rig, input, cancellation);
        }

        Assert.That(rig.Store.Warm(2), Is.EqualTo(new[] { Inputs[3].Digest, Inputs[2].Digest }));
    }

    [Test]
    public async Task Warm_StaleAndForeignFiles_AreClearedAway()
    {
        await using var rig = NewRig(quota: 1 << 20);
        var directory = Path.Combine(rig.State.Artifacts, "sha256", "ab");
        Directory.CreateDirectory(directory);
        var old = Path.Combine(directory, Inputs[0].Digest.Hex + ".partial");
        var fresh = Path.Combine(directory, Inputs[1].Digest.Hex + ".partial");
        foreach (var (path, age) in new[] { (old, 8), (fresh, 1), (Path.Combine(directory, "junk"), 0) })
        {
            await File.WriteAllTextAsync(path, "x");
            File.SetLastWriteTimeUtc(path, time.GetUtcNow().UtcDateTime - TimeSpan.FromDays(age));
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(rig.Store.Warm(10), Is.Empty);
            Assert.That(Directory.GetFiles(directory), Is.EqualTo(new[] { fresh }));
        }
    }

    private ArtifactRig NewRig(long quota) => new(
        exchange => exchange.SendAsync(Known[exchange.Path.Split('/')[^1]]), new ArtifactsOptions { CacheQuotaBytes = quota }, time);

    private async Task UseAsync(ArtifactRig rig, InputArtifact input, CancellationToken cancellation)
    {
        time.Advance(TimeSpan.FromMinutes(1));
        var paths = rig.NewAttempt(out var id);
        Assert.That(await rig.Store.PrepareAsync(id, [input], paths, cancellation), Is.Null);
        rig.Store.Release(id);
    }
}
