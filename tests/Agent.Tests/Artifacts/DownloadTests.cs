using Microsoft.Extensions.Time.Testing;
using Rigshift.Agent.Model;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Artifacts;

internal sealed class DownloadTests
{
    private static readonly byte[] Content = ArtifactRig.Bytes(5_000_000);
    private static readonly InputArtifact Input = ArtifactRig.Input(Content);

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(70_000)]
    [TestCase(1 << 20)]
    [TestCase((4 << 20) + 1)]
    [CancelAfter(30_000)]
    public async Task Prepare_AnySize_LaysTheBytesOut(int size, CancellationToken cancellation)
    {
        var bytes = ArtifactRig.Bytes(size);
        await using var rig = new ArtifactRig(exchange => exchange.SendAsync(bytes));
        var (fault, paths) = await rig.PrepareAsync(cancellation, ArtifactRig.Input(bytes, "a/b/file"));

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault, Is.Null);
            Assert.That(await File.ReadAllBytesAsync(Path.Combine(paths.Input, "a/b/file"), cancellation), Is.EqualTo(bytes));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_LinkCutSeveralTimes_ResumesWhereItWas(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => SendPartAsync(exchange, 1_500_000));
        var (fault, paths) = await rig.PrepareAsync(cancellation, Input);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault, Is.Null);
            Assert.That(await File.ReadAllBytesAsync(Path.Combine(paths.Input, "file"), cancellation), Is.EqualTo(Content));
            Assert.That(rig.Server.Requests, Has.Count.GreaterThanOrEqualTo(4));
            Assert.That(rig.Server.Requests.Skip(1), Is.All.Contain("bytes="));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_AgentRestartedHalfway_ResumesAndHalfAFileWasNeverVisible(CancellationToken cancellation)
    {
        var stalling = true;
        await using var rig = new ArtifactRig(exchange => stalling ? StallAfterAsync(exchange, 3_000_000) : exchange.SendAsync(Content));
        using var killed = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var first = rig.PrepareAsync(killed.Token, Input);
        await Eventually(() => new FileInfo(rig.Cache.PartialOf(Input.Digest)) is { Exists: true, Length: >= 2 << 20 }, cancellation);
        var visibleEarly = File.Exists(rig.Cache.PathOf(Input.Digest)) || rig.Store.Warm(10).Count > 0;
        await killed.CancelAsync();
        await Assert.ThatAsync(() => first, Throws.InstanceOf<OperationCanceledException>());
        await Eventually(() => CanOpen(rig.Cache.PartialOf(Input.Digest)), cancellation);

        stalling = false;
        rig.Restart();
        var (fault, paths) = await rig.PrepareAsync(cancellation, Input);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(visibleEarly, Is.False);
            Assert.That(fault, Is.Null);
            Assert.That(await File.ReadAllBytesAsync(Path.Combine(paths.Input, "file"), cancellation), Is.EqualTo(Content));
            Assert.That(rig.Server.Requests[^1], Does.Contain("bytes="));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_PartialIsRubbish_IsThrownAwayAndFetchedFromZero(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.SendAsync(Content));
        Directory.CreateDirectory(Path.GetDirectoryName(rig.Cache.PartialOf(Input.Digest))!); // A path below the cache.
        await File.WriteAllBytesAsync(rig.Cache.PartialOf(Input.Digest), new byte[1000], cancellation);
        var (fault, _) = await rig.PrepareAsync(cancellation, Input);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault, Is.Null);
            Assert.That(rig.Server.Requests, Has.Count.EqualTo(2));
            Assert.That(rig.Server.Requests[1], Does.Not.Contain("bytes="));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_WrongBytes_TriesOnceMoreThenSaysDigestMismatchAndKeepsNothing(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.SendAsync(ArtifactRig.Bytes(Content.Length, seed: 2)));
        var (fault, paths) = await rig.PrepareAsync(cancellation, Input);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault?.Reason, Is.EqualTo(Reason.DigestMismatch));
            Assert.That(rig.Server.Requests, Has.Count.EqualTo(2));
            Assert.That(Directory.GetFiles(rig.State.Artifacts, "*", SearchOption.AllDirectories), Is.Empty);
            Assert.That(Directory.GetFiles(paths.Input), Is.Empty);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_MoreBytesThanDeclared_StopsEarly([Values] bool declaredByServer, CancellationToken cancellation)
    {
        var sent = 0;
        await using var rig = new ArtifactRig(async exchange =>
        {
            await exchange.HeadAsync(200, declaredByServer ? "Content-Length: 1000000000000" : "Connection: close");
            for (; sent < 100_000_000; sent += Content.Length)
            {
                await exchange.WriteAsync(Content);
            }

            exchange.Cut();
        });
        var (fault, _) = await rig.PrepareAsync(cancellation, Input);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault?.Reason, Is.EqualTo(Reason.DigestMismatch));
            Assert.That(Directory.GetFiles(rig.State.Artifacts, "*", SearchOption.AllDirectories), Is.Empty);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_NotAtTheCoordinator_SaysSoAtOnce(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.StatusAsync(404));
        var (fault, _) = await rig.PrepareAsync(cancellation, Input);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault?.Reason, Is.EqualTo(Reason.ArtifactMissing));
            Assert.That(fault?.Detail, Does.Contain(Input.Digest.ToString()));
            Assert.That(rig.Server.Requests, Has.Count.EqualTo(1));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_CoordinatorFailsForGood_GivesUpAfterItsRetries(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.StatusAsync(503));
        var (fault, _) = await rig.PrepareAsync(cancellation, Input);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault?.Reason, Is.EqualTo(Reason.DownloadFailed));
            Assert.That(rig.Server.Requests, Has.Count.EqualTo(1 + rig.Options.DownloadRetries));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_CoordinatorComesBack_GoesOn(CancellationToken cancellation)
    {
        var failures = 3;
        await using var rig = new ArtifactRig(exchange => failures-- > 0 ? exchange.StatusAsync(500) : exchange.SendAsync(Content));

        Assert.That((await rig.PrepareAsync(cancellation, Input)).Fault, Is.Null);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_NoByteForAMinute_CutsAndResumes(CancellationToken cancellation)
    {
        var time = new FakeTimeProvider();
        var first = true;
        var stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var rig = new ArtifactRig(
            async exchange =>
            {
                if (first)
                {
                    first = false;
                    await exchange.HeadSendingAsync(Content);
                    await exchange.WriteAsync(Content.AsMemory(0, 2_000_000));
                    stalled.SetResult();
                    await exchange.StallAsync();
                }

                await exchange.SendAsync(Content);
            },
            time: time);
        var preparing = rig.PrepareAsync(cancellation, Input);
        await stalled.Task;
        await Eventually(() => new FileInfo(rig.Cache.PartialOf(Input.Digest)) is { Exists: true, Length: >= 1 << 20 }, cancellation);
        while (!preparing.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That((await preparing).Fault, Is.Null);
            Assert.That(rig.Server.Requests[^1], Does.Contain("bytes="));
        }
    }

    private static async Task SendPartAsync(FaultyExchange exchange, int count)
    {
        var from = (int)exchange.RangeFrom;
        await exchange.HeadSendingAsync(Content);
        await exchange.WriteAsync(Content.AsMemory(from, Math.Min(count, Content.Length - from)));
        if (from + count < Content.Length)
        {
            // A moment for the bytes to be read: a reset throws away what the receiver has not taken.
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, exchange.Stopped);
            exchange.Cut();
        }
    }

    private static async Task StallAfterAsync(FaultyExchange exchange, int count)
    {
        await exchange.HeadSendingAsync(Content);
        await exchange.WriteAsync(Content.AsMemory(0, count));
        await exchange.StallAsync();
    }

    private static bool CanOpen(string path)
    {
        try
        {
            File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    internal static async Task Eventually(Func<bool> condition, CancellationToken cancellation)
    {
        while (!condition())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellation);
        }
    }
}
