using System.Runtime.Versioning;
using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.Artifacts;

internal sealed class LayoutTests
{
    private static readonly byte[] Content = ArtifactRig.Bytes(1000);
    private static readonly InputArtifact Input = ArtifactRig.Input(Content);

    [TestCase("../escape")]
    [TestCase("/etc/passwd")]
    [TestCase("a/../../b")]
    [CancelAfter(30_000)]
    public async Task Prepare_PathOutOfTheDirectory_IsRefusedAndNothingIsWritten(string path, CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.SendAsync(Content));
        var (fault, paths) = await rig.PrepareAsync(cancellation, Input with { Path = path });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault?.Reason, Is.EqualTo(Reason.InputInvalid));
            Assert.That(Directory.GetFiles(paths.Root, "*", SearchOption.AllDirectories), Is.Empty);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_LinkAsParent_IsRefusedAndNothingIsWrittenBehindIt(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.SendAsync(Content));
        var paths = rig.NewAttempt(out var id);
        Directory.CreateSymbolicLink(Path.Combine(paths.Input, "d"), paths.Output);
        var fault = await rig.Store.PrepareAsync(id, [Input with { Path = "d/file" }], paths, cancellation);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault?.Reason, Is.EqualTo(Reason.InputInvalid));
            Assert.That(Directory.GetFiles(paths.Output), Is.Empty);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_LinkInPlaceOfTheFile_IsReplacedNotFollowed(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.SendAsync(Content));
        var paths = rig.NewAttempt(out var id);
        var behind = Path.Combine(paths.Output, "behind");
        await File.WriteAllTextAsync(behind, "untouched", cancellation);
        File.CreateSymbolicLink(Path.Combine(paths.Input, "file"), behind);
        var fault = await rig.Store.PrepareAsync(id, [Input], paths, cancellation);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault, Is.Null);
            Assert.That(await File.ReadAllTextAsync(behind, cancellation), Is.EqualTo("untouched"));
            Assert.That(new FileInfo(Path.Combine(paths.Input, "file")).LinkTarget, Is.Null);
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_InputInTheWayOfADirectory_IsRefused(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.SendAsync(Content));
        var (fault, _) = await rig.PrepareAsync(cancellation, Input with { Path = "a" }, Input with { Path = "a/b" });

        Assert.That(fault?.Reason, Is.EqualTo(Reason.InputInvalid));
    }

    [Test]
    [Platform("Linux")]
    [SupportedOSPlatform("linux")]
    [CancelAfter(30_000)]
    public async Task Prepare_Modes_AreReadOnlyAndExecutableWhereAsked(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.SendAsync(Content));
        var (_, paths) = await rig.PrepareAsync(cancellation, Input, Input with { Path = "tool", Executable = true });

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Convert.ToString((int)File.GetUnixFileMode(Path.Combine(paths.Input, "file")), 8), Is.EqualTo("444"));
            Assert.That(Convert.ToString((int)File.GetUnixFileMode(Path.Combine(paths.Input, "tool")), 8), Is.EqualTo("555"));
        }
    }

    [Test]
    [Platform("Linux")]
    [SupportedOSPlatform("linux")]
    [CancelAfter(30_000)]
    public async Task Prepare_JobWritesToItsInput_TheNextJobGetsTheRightBytes(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.SendAsync(Content));
        var (_, first) = await rig.PrepareAsync(cancellation, Input);
        var path = Path.Combine(first.Input, "file");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(path, "poison", cancellation);
        var (_, second) = await rig.PrepareAsync(cancellation, Input);

        Assert.That(await File.ReadAllBytesAsync(Path.Combine(second.Input, "file"), cancellation), Is.EqualTo(Content));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_Twice_RepairsHalfAFileAndLeavesAWholeOne(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.SendAsync(Content));
        var paths = rig.NewAttempt(out var id);
        var whole = Path.Combine(paths.Input, "whole");
        var half = Path.Combine(paths.Input, "half");
        await File.WriteAllBytesAsync(whole, Content, cancellation);
        File.SetLastWriteTimeUtc(whole, DateTime.UnixEpoch);
        await File.WriteAllBytesAsync(half, Content[..500], cancellation);
        var fault = await rig.Store.PrepareAsync(id, [Input with { Path = "whole" }, Input with { Path = "half" }], paths, cancellation);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault, Is.Null);
            Assert.That(File.GetLastWriteTimeUtc(whole), Is.EqualTo(DateTime.UnixEpoch));
            Assert.That(await File.ReadAllBytesAsync(half, cancellation), Is.EqualTo(Content));
        }
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Prepare_CachedFileDeletedBehindOurBack_IsFetchedAgain(CancellationToken cancellation)
    {
        await using var rig = new ArtifactRig(exchange => exchange.SendAsync(Content));
        await rig.PrepareAsync(cancellation, Input);
        File.Delete(rig.Cache.PathOf(Input.Digest));

        Assert.That((await rig.PrepareAsync(cancellation, Input)).Fault, Is.Null);
    }
}
