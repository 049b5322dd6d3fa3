using System.Globalization;
using Microsoft.Extensions.Time.Testing;
using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Model;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Artifacts;

internal sealed class UploadTests
{
    private static readonly byte[] Content = ArtifactRig.Bytes(3_000_000);

    private byte[] stored = [];

    [TestCase(0)]
    [TestCase(100)]
    [TestCase(3_000_000)]
    [CancelAfter(30_000)]
    public async Task Upload_GoodLink_SendsAll(int size, CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(TakeAsync);
        var fault = await UploadAsync(rig, ArtifactRig.Bytes(size), cancellation);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault, Is.Null);
            Assert.That(stored, Is.EqualTo(ArtifactRig.Bytes(size)));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Upload_AlreadyThere_SendsNoByte(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.StatusAsync(200));
        Assert.That(await UploadAsync(rig, Content, cancellation), Is.Null);
        Assert.That(rig.Server.Requests.Single(), Does.StartWith("HEAD"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Upload_LinkCutHalfway_GoesOnFromWhatArrived(CancellationToken cancellation)
    {
        var cuts = 2;
        await using var rig = new ArtifactRig(async exchange =>
        {
            if (exchange.Method == "PUT" && cuts-- > 0)
            {
                stored = [.. stored, .. await exchange.ReadBodyAsync(1_000_000)];
                exchange.Cut();
                return;
            }

            await TakeAsync(exchange);
        });
        var fault = await UploadAsync(rig, Content, cancellation);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault, Is.Null);
            Assert.That(stored, Is.EqualTo(Content));
            Assert.That(rig.Server.Requests.Where(r => r.StartsWith("PUT", StringComparison.Ordinal)).Select(r => r.Split(' ')[^1]), Is.EqualTo(new[] { "0", "1000000", "2000000" }));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Upload_AnswerNamesAnotherOffset_GoesOnThere(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(async exchange =>
        {
            if (exchange.Method == "PUT" && stored.Length == 0)
            {
                stored = (await exchange.ReadBodyAsync())[..2_000_000];
                await exchange.StatusAsync(308, "Upload-Offset: 2000000");
                return;
            }

            await TakeAsync(exchange);
        });
        await UploadAsync(rig, Content, cancellation);

        Assert.That(stored, Is.EqualTo(Content));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Upload_CoordinatorsPartWasBad_SendsAllAnew(CancellationToken cancellation)
    {
        stored = new byte[1000];
        await using var rig = new ArtifactRig(async exchange =>
        {
            if (exchange.Method == "PUT" && exchange.Header("Upload-Offset") != "0")
            {
                await exchange.ReadBodyAsync();
                stored = [];
                await exchange.StatusAsync(422);
                return;
            }

            await TakeAsync(exchange);
        });

        Assert.That(await UploadAsync(rig, Content, cancellation), Is.Null);
        Assert.That(stored, Is.EqualTo(Content));
    }

    [TestCase(413, Reason.OutputTooLarge)]
    [TestCase(422, Reason.DigestMismatch)]
    [CancelAfter(30_000)]
    public async Task Upload_RefusedForGood_SaysWhy(int status, string reason, CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(async exchange =>
        {
            await exchange.ReadBodyAsync();
            await exchange.StatusAsync(exchange.Method == "HEAD" ? 404 : status);
        });

        Assert.That((await UploadAsync(rig, Content, cancellation))?.Reason, Is.EqualTo(reason));
    }

    [TestCase(500)]
    [TestCase(503)]
    [TestCase(507)]
    [TestCase(401)]
    [CancelAfter(30_000)]
    public async Task Upload_AnyOtherAnswer_KeepsTheResultAndTriesAgain(int status, CancellationToken cancellation)
    {
        var failures = 20;
        await using var rig = new ArtifactRig(async exchange =>
        {
            if (failures-- > 0)
            {
                await exchange.ReadBodyAsync();
                await exchange.StatusAsync(status);
                return;
            }

            await TakeAsync(exchange);
        });

        Assert.That(await UploadAsync(rig, Content, cancellation), Is.Null);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Upload_CoordinatorStopsReading_IsCutAfterAMinuteAndResumed(CancellationToken cancellation)
    {
        var time = new FakeTimeProvider();
        var stalled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var rig = new ArtifactRig(
            async exchange =>
            {
                if (exchange.Method == "PUT" && stalled.TrySetResult())
                {
                    await exchange.StallAsync();
                }

                await TakeAsync(exchange);
            },
            time: time);
        // More than the socket's buffers take, or it would look sent.
        var large = ArtifactRig.Bytes(30_000_000);
        var uploading = UploadAsync(rig, large, cancellation);
        await stalled.Task;
        while (!uploading.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancellation);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(await uploading, Is.Null);
            Assert.That(stored, Is.EqualTo(large));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Upload_OutputVanished_IsAFaultNotALoop(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(TakeAsync);
        var paths = rig.NewAttempt(out _);
        var fault = await rig.Store.UploadAsync(paths, [new OutputArtifact("gone", Digest.Of("x"u8), 1)], cancellation);

        Assert.That(fault?.Reason, Is.EqualTo(Reason.DiskError));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Upload_CoordinatorTakesNothingOfTheAttempt_EndsInsteadOfAskingForEver(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.StatusAsync(403));
        var fault = await UploadAsync(rig, Content, cancellation);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault?.Reason, Is.EqualTo(Reason.FenceStale));
            Assert.That(rig.Server.Requests, Has.Count.EqualTo(2), "With one pause, so that nothing turns in a circle at full speed.");
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Upload_SameDigestTwice_IsSentOnce(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(TakeAsync);
        var paths = rig.NewAttempt(out _);
        await File.WriteAllTextAsync(Path.Combine(paths.Output, "a"), "same", cancellation);
        await File.WriteAllTextAsync(Path.Combine(paths.Output, "b"), "same", cancellation);
        var collected = await rig.Store.CollectAsync(paths, ["**"], 100, cancellation);
        await rig.Store.UploadAsync(paths, collected.Outputs, cancellation);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(collected.Outputs, Has.Count.EqualTo(2));
            Assert.That(rig.Server.Requests, Has.Count.EqualTo(1));
        }
    }

    private static async Task<ArtifactFault?> UploadAsync(ArtifactRig rig, byte[] bytes, CancellationToken cancellation)
    {
        var paths = rig.NewAttempt(out _);
        await File.WriteAllBytesAsync(Path.Combine(paths.Output, "result"), bytes, cancellation);
        var collected = await rig.Store.CollectAsync(paths, ["**"], 1 << 30, cancellation);
        return await rig.Store.UploadAsync(paths, collected.Outputs, cancellation);
    }

    /// <summary>A coordinator that does as docs/protocol.md says.</summary>
    private async Task TakeAsync(FaultyExchange exchange)
    {
        if (exchange.Method == "HEAD")
        {
            await exchange.HeadAsync(404, $"Upload-Offset: {stored.Length}", "Content-Length: 0");
            return;
        }

        var offset = int.Parse(exchange.Header("Upload-Offset")!, CultureInfo.InvariantCulture); // The protocol demands it.
        stored = [.. stored[..offset], .. await exchange.ReadBodyAsync()];
        await exchange.StatusAsync(201);
    }
}
