using Rigshift.Agent.Runtimes;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Runtimes;

internal sealed class ProgressFileTests
{
    private readonly TempDirectory directory = new();

    [TearDown]
    public void Clean() => directory.Dispose();

    [TestCase("1 10 images\n2 10 images\n", 2, 10, "images")]
    [TestCase("2 10 images\n3 1", 2, 10, "images", Description = "the last line is not complete")]
    [TestCase("5 10\n", 5, 10, "")]
    [TestCase("12 10 images\r\n", 10, 10, "images", Description = "more than all is all")]
    [TestCase("1 2 a\u001b[31m\n", 1, 2, "a?[31m")]
    public void ReadLatest_CompleteLine_IsTheLastOne(string text, long done, long total, string unit) =>
        Assert.That(Read(text), Is.EqualTo(new JobProgress(done, total, unit)));

    [TestCase("")]
    [TestCase("1 10 images")]
    [TestCase("-1 10 images\n")]
    [TestCase("1e9 10 images\n")]
    [TestCase("99999999999999999999 1 x\n")]
    [TestCase("hello\n")]
    [TestCase("\n")]
    public void ReadLatest_NoLineOfTheFormat_IsNull(string text) => Assert.That(Read(text), Is.Null);

    [Test]
    public void ReadLatest_HugeFile_ReadsItsEndOnly() =>
        Assert.That(Read(new string('x', 10_000_000) + "\n7 9 tiles\n"), Is.EqualTo(new JobProgress(7, 9, "tiles")));

    [Test]
    public void ReadLatest_LinkOutOfTheAttempt_IsNotFollowed()
    {
        var target = directory.File("secret");
        File.WriteAllText(target, "1 2 secret\n");
        File.CreateSymbolicLink(directory.File("progress"), target);

        Assert.That(ProgressFile.ReadLatest(directory.File("progress")), Is.Null);
    }

    [Test]
    public void ReadLatest_NoFile_IsNull() => Assert.That(ProgressFile.ReadLatest(directory.File("none")), Is.Null);

    private JobProgress? Read(string text)
    {
        var path = directory.File("progress");
        File.WriteAllText(path, text);
        return ProgressFile.ReadLatest(path);
    }
}
