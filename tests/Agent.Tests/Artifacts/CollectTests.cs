using System.Diagnostics;
using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Model;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Artifacts;

internal sealed class CollectTests
{
    private readonly TempDirectory directory = new();

    private string Root => directory.File("output");

    [SetUp]
    public void SetUp() => Directory.CreateDirectory(Root);

    [TearDown]
    public void TearDown() => directory.Dispose();

    [Test]
    public void Collect_Tree_ListsWhatMatchesInOrdinalOrderWithDigests()
    {
        Write("b.csv", "b");
        Write("a/deep/c.csv", "c");
        Write("B.csv", "B");
        Write("a/skip.txt", "x");

        var result = Collect("**/*.csv");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(result.Fault, Is.Null);
            Assert.That(result.Outputs, Is.EqualTo(new[]
            {
                new OutputArtifact("B.csv", Digest.Of("B"u8), 1),
                new OutputArtifact("a/deep/c.csv", Digest.Of("c"u8), 1),
                new OutputArtifact("b.csv", Digest.Of("b"u8), 1),
            }));
        }
    }

    [Test]
    public void Collect_NoDirectory_IsNoOutput()
    {
        Directory.Delete(Root);
        Assert.That(Collect("**"), Is.EqualTo(new CollectResult([], null)).UsingPropertiesComparer());
    }

    [TestCase("../secret", TestName = "Collect_LinkOutOfTheDirectory_IsRefusedByName")]
    [TestCase("plain", TestName = "Collect_LinkWithin_IsRefusedByName")]
    [TestCase("/etc", TestName = "Collect_LinkToADirectory_IsRefusedByName")]
    public void Collect_Link_IsRefused(string target)
    {
        File.WriteAllText(directory.File("secret"), "secret");
        Write("plain", "x");
        File.CreateSymbolicLink(Path.Combine(Root, "link"), target);

        var fault = Collect("**").Fault;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault?.Reason, Is.EqualTo(Reason.OutputLink));
            Assert.That(fault?.Detail, Does.Contain("'link'"));
        }
    }

    [Test]
    public void Collect_LinkThatNoPatternWants_IsLeftAlone()
    {
        Write("a.csv", "a");
        File.CreateSymbolicLink(Path.Combine(Root, "link"), "/etc/passwd");

        Assert.That(Collect("*.csv").Outputs.Select(o => o.Path), Is.EqualTo(new[] { "a.csv" }));
    }

    [Test]
    public void Collect_OutputDirectoryReplacedByALink_IsRefused()
    {
        Directory.Delete(Root);
        File.CreateSymbolicLink(Root, "/etc");

        Assert.That(Collect("**").Fault?.Reason, Is.EqualTo(Reason.OutputLink));
    }

    [Test]
    [Platform("Linux")]
    public void Collect_Pipe_IsRefusedWithoutBlocking()
    {
        using (var mkfifo = Process.Start("mkfifo", [Path.Combine(Root, "pipe")]))
        {
            mkfifo.WaitForExit();
        }

        Assert.That(Collect("**").Fault?.Reason, Is.EqualTo(Reason.OutputSpecialFile));
    }

    [TestCase("con.txt")]
    [TestCase("a\u001b[2Jb")]
    [TestCase("trailing.")]
    [TestCase("a:b")]
    [Platform("Linux")]
    public void Collect_UnsafeName_IsNamedWithoutItsControlCharacters(string name)
    {
        Write(name, "x");

        var fault = Collect("**").Fault;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault?.Reason, Is.EqualTo(Reason.OutputUnsafePath));
            Assert.That(fault?.Detail, Does.Contain(SafeText.ForMessage(name)).And.Not.Contain("\u001b"));
        }
    }

    [Test]
    [Platform("Linux")]
    public void Collect_NameThatIsNotUtf8_IsRefused()
    {
        using (var touch = Process.Start("bash", ["-c", $"touch '{Root}'/$'\\xff\\xfe'"]))
        {
            touch.WaitForExit();
        }

        var fault = Collect("**").Fault;
        // .NET cannot name the file, so it cannot delete it either.
        using (var rm = Process.Start("rm", ["-r", Root]))
        {
            rm.WaitForExit();
        }

        Assert.That(fault?.Reason, Is.EqualTo(Reason.OutputUnsafePath));
    }

    [Test]
    public void Collect_DeeperThanAPathMayBe_IsRefused()
    {
        Write(string.Join('/', Enumerable.Repeat("d", 40)) + "/file", "x");
        Assert.That(Collect("**").Fault?.Reason, Is.EqualTo(Reason.OutputUnsafePath));
    }

    [Test]
    public void Collect_MoreBytesThanAllowed_SaysWhichFile()
    {
        Write("a", new string('x', 60));
        Write("b", new string('x', 41));

        var fault = Collect("**", maxBytes: 100).Fault;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(fault?.Reason, Is.EqualTo(Reason.OutputTooLarge));
            Assert.That(fault?.Detail, Does.Contain("'b'"));
            Assert.That(Collect("**", maxBytes: 101).Fault, Is.Null);
        }
    }

    [Test]
    public void Collect_SparseFileOfATerabyte_IsRefusedAtOnce()
    {
        using (var file = File.Create(Path.Combine(Root, "huge")))
        {
            file.SetLength(1L << 40);
        }

        Assert.That(Collect("**", maxBytes: 1 << 20).Fault?.Reason, Is.EqualTo(Reason.OutputTooLarge));
    }

    [Test]
    public void Collect_NamesTooLongForOneResult_AreRefusedBeforeTheyCannotBeSent()
    {
        var folder = new string('d', 200);
        Directory.CreateDirectory(Path.Combine(Root, folder, folder));
        for (var i = 0; i < 2100; i++)
        {
            File.Create(Path.Combine(Root, folder, folder, $"{i}")).Dispose();
        }

        Assert.That(Collect("**").Fault?.Reason, Is.EqualTo(Reason.OutputTooMany));
    }

    [Test]
    public void Collect_TooManyFiles_IsRefused()
    {
        for (var i = 0; i <= ProtocolLimits.MaxOutputs; i++)
        {
            File.Create(Path.Combine(Root, $"{i}")).Dispose();
        }

        Assert.That(Collect("*").Fault?.Reason, Is.EqualTo(Reason.OutputTooMany));
    }

    [Test]
    [Platform("Linux")]
    public void Open_ParentExchangedForALinkAfterTheWalk_IsRefused()
    {
        Write("d/file", "x");
        ArtifactPath.TryCreate("d/file", out var path, out _);
        Directory.Move(Path.Combine(Root, "d"), directory.File("elsewhere"));
        File.CreateSymbolicLink(Path.Combine(Root, "d"), directory.File("elsewhere"));

        var (file, fault) = OutputFile.Open(Root, path);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(file, Is.Null);
            Assert.That(fault, Is.Not.Null);
        }
    }

    [TestCase("*", "a", true)]
    [TestCase("*", "a/b", false)]
    [TestCase("**", "a/b/c", true)]
    [TestCase("**/*.csv", "x.csv", true)]
    [TestCase("**/*.csv", "a/b/x.csv", true)]
    [TestCase("**/*.csv", "a/b/x.txt", false)]
    [TestCase("a/**", "a", false)]
    [TestCase("a/**", "a/b", true)]
    [TestCase("a/**/z", "a/z", true)]
    [TestCase("a/**/z", "a/b/c/z", true)]
    [TestCase("a?", "ab", false)]
    [TestCase("a?", "a?", true)]
    [TestCase("A*", "ab", false)]
    [TestCase("x*y*z", "xAyBz", true)]
    public void Matches_Pattern_FollowsDocs(string pattern, string path, bool expected) =>
        Assert.That(new OutputPattern(pattern).Matches(path.Split('/')), Is.EqualTo(expected));

    private CollectResult Collect(string pattern, long maxBytes = 1 << 30) => OutputCollection.Collect(Root, [pattern], maxBytes, CancellationToken.None);

    private void Write(string name, string text)
    {
        var path = Path.Combine(Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // Below the root.
        File.WriteAllText(path, text);
    }
}
