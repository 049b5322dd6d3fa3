using System.Text;
using Rigshift.Coordinator.ArtifactApi;
using Rigshift.Coordinator.Serving;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Coordinator.Tests.ArtifactApi;

[CancelAfter(30_000)]
internal sealed class ArtifactShelfTests
{
    private static readonly byte[] Content = Encoding.ASCII.GetBytes("one two three");

    private TempDirectory directory = null!; // Made by SetUp.
    private ArtifactShelf shelf = null!; // Made by SetUp.

    [SetUp]
    public void Make()
    {
        directory = new TempDirectory();
        shelf = new ArtifactShelf(new StatePaths(directory.Root), new StorageOptions());
    }

    [TearDown]
    public void Remove() => directory.Dispose();

    [Test]
    public async Task ForgetStale_UploadNobodyWentOnWith_IsGoneAndAFreshOneStays(CancellationToken cancellation)
    {
        var old = await BeginAsync("old", cancellation);
        var fresh = await BeginAsync("fresh", cancellation);
        var now = TimeProvider.System.GetUtcNow();
        File.SetLastWriteTimeUtc(Directory.GetFiles(directory.Root, old.Hex + ".partial", SearchOption.AllDirectories).Single(), now.AddDays(-8).UtcDateTime);
        var gone = await shelf.ForgetStaleAsync(now.AddDays(-7), cancellation);
        Assert.That((gone, shelf.PartialSize(old), shelf.PartialSize(fresh)), Is.EqualTo((1, 0L, (long)Content.Length)));
    }

    [Test]
    public async Task Turns_SecondUploadOfADigest_WaitsAndNothingIsKeptAfterwards(CancellationToken cancellation)
    {
        var turns = new UploadTurns();
        var first = await turns.TakeAsync(Digest.Of(Content), cancellation);
        var second = turns.TakeAsync(Digest.Of(Content), cancellation);
        using var gone = new CancellationTokenSource();
        var third = turns.TakeAsync(Digest.Of(Content), gone.Token);
        await gone.CancelAsync();
        await Thrown.ByAsync<OperationCanceledException>(() => third);
        var waited = !second.IsCompleted;
        first.Dispose();
        (await second).Dispose();
        Assert.That((waited, turns.Count), Is.EqualTo((true, 0)));
    }

    [Test]
    public void Flush_DirectoryThatIsGone_IsNotReportedAsOnDisk()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("Windows flushes no directories.");
        }

        using var scope = Assert.EnterMultipleScope();
        Assert.That(() => DirectorySync.Flush(directory.Root), Throws.Nothing);
        Assert.That(() => DirectorySync.Flush(directory.File("gone")), Throws.InstanceOf<IOException>());
    }

    private async Task<Digest> BeginAsync(string name, CancellationToken cancellation)
    {
        var digest = Digest.Of(Encoding.ASCII.GetBytes(name));
        using var body = new MemoryStream(Content);
        Assert.That((await shelf.TakeAsync(digest, 0, 1000, body, cancellation)).State, Is.EqualTo(UploadState.Partial));
        return digest;
    }
}
