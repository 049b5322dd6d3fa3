using Rigshift.Coordinator.Commands;
using Rigshift.Coordinator.JobFiles;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Tests.Commands;

internal sealed class ArtifactTransferTests
{
    private string directory = "";
    private FakeArtifacts artifacts = new();
    private HttpClient client = new();

    [SetUp]
    public void MakeFiles()
    {
        directory = Directory.CreateTempSubdirectory("rigshift-artifacts-").FullName;
        (artifacts, client) = (new FakeArtifacts(), new HttpClient());
        client.Dispose();
        client = artifacts.Client();
    }

    [TearDown]
    public void RemoveFiles()
    {
        client.Dispose();
        artifacts.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    [Test, CancelAfter(30_000)]
    public async Task Send_SameBytesTwice_UploadsThemOnce(CancellationToken cancellation)
    {
        var digests = await Upload().SendAsync([File("a", "same"), File("b", "same"), File("c", "")], cancellation);
        Assert.That(digests, Is.EqualTo(new[] { Digest.Of("same"u8), Digest.Of("same"u8), Digest.Of([]) }));
        Assert.That(artifacts.Calls.Count(c => c.StartsWith("PUT", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(artifacts.Stored.Keys, Is.EquivalentTo(new[] { Digest.Of("same"u8).ToString(), Digest.Of([]).ToString() }));
    }

    [Test, CancelAfter(30_000)]
    public async Task Send_AlreadyThere_IsNotSentAgain(CancellationToken cancellation)
    {
        await Upload().SendAsync([File("a", "bytes")], cancellation);
        artifacts.Calls.Clear();
        await Upload().SendAsync([File("a", "bytes")], cancellation);
        Assert.That(artifacts.Calls, Is.EqualTo(new[] { $"HEAD {Digest.Of("bytes"u8)}" }));
    }

    [Test, CancelAfter(30_000)]
    public async Task Send_CutAndTakenInParts_GoesOnWhereItWas(CancellationToken cancellation)
    {
        artifacts.TakeAtMost = 4;
        artifacts.Cuts = 1;
        await Upload().SendAsync([File("a", "0123456789")], cancellation);
        Assert.That(artifacts.Stored[Digest.Of("0123456789"u8).ToString()], Is.EqualTo("0123456789"u8.ToArray()));
    }

    [Test, CancelAfter(30_000)]
    public async Task Fetch_Outputs_WritesAndVerifiesThem(CancellationToken cancellation)
    {
        var output = Store("sub/out.csv", "1,2");
        await Download().FetchAsync([output], cancellation);
        Assert.That(await System.IO.File.ReadAllTextAsync(Path.Combine(directory, "got", "sub", "out.csv"), cancellation), Is.EqualTo("1,2"));
    }

    [TestCase("../evil")]
    [TestCase("/etc/passwd")]
    [TestCase("a\\b")]
    [TestCase("NUL")]
    [CancelAfter(30_000)]
    public void Fetch_UnsafePath_WritesNothing(string path, CancellationToken cancellation)
    {
        Assert.That(async () => await Download().FetchAsync([Store(path, "x")], cancellation), Throws.TypeOf<CommandException>());
        Assert.That(Directory.Exists(Path.Combine(directory, "got")), Is.False);
    }

    [Test, CancelAfter(30_000)]
    public void Fetch_OtherBytesThanTheDigest_KeepsNothing(CancellationToken cancellation)
    {
        var output = Store("out.csv", "1,2");
        artifacts.Stored[output.Artifact.Digest] = "9,9"u8.ToArray();
        Assert.That(async () => await Download().FetchAsync([output], cancellation), Throws.TypeOf<CommandException>().With.Message.Contains("damaged"));
        Assert.That(Directory.EnumerateFiles(Path.Combine(directory, "got")), Is.Empty);
    }

    [Test, CancelAfter(30_000)]
    public void Fetch_MoreBytesThanTheSize_StopsAndKeepsNothing(CancellationToken cancellation)
    {
        var output = Store("out.csv", "1,2");
        artifacts.Stored[output.Artifact.Digest] = new byte[1 << 20];
        Assert.That(async () => await Download().FetchAsync([output], cancellation), Throws.TypeOf<CommandException>().With.Message.Contains("damaged"));
    }

    [Test, CancelAfter(30_000)]
    public void Fetch_LinkInTheWay_IsNotWrittenThrough(CancellationToken cancellation)
    {
        var elsewhere = Directory.CreateDirectory(Path.Combine(directory, "elsewhere")).FullName;
        Directory.CreateDirectory(Path.Combine(directory, "got"));
        Directory.CreateSymbolicLink(Path.Combine(directory, "got", "sub"), elsewhere);
        Assert.That(async () => await Download().FetchAsync([Store("sub/x", "x")], cancellation), Throws.TypeOf<CommandException>().With.Message.Contains("is a link"));
        Assert.That(Directory.EnumerateFileSystemEntries(elsewhere), Is.Empty);
    }

    private ArtifactUpload Upload() => new(client, TimeProvider.System, (_, _) => { });

    private OutputDownload Download() => new(client, Path.Combine(directory, "got"), _ => { });

    private LocalFile File(string name, string text)
    {
        var path = Path.Combine(directory, name);
        System.IO.File.WriteAllText(path, text);
        return new LocalFile(name, path, text.Length, Executable: false);
    }

    private Output Store(string path, string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        artifacts.Stored[Digest.Of(bytes).ToString()] = bytes;
        return new Output { Path = path, Artifact = new ArtifactRef { Digest = Digest.Of(bytes).ToString(), SizeBytes = (ulong)bytes.Length } };
    }
}
