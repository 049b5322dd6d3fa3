using Rigshift.Agent.Runtimes;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Runtimes;

internal sealed class OnnxRuntimeTests
{
    private readonly TempDirectory directory = new();

    [TearDown]
    public void Clean() => directory.Dispose();

    [Test]
    public void Find_ConfiguredWorkerIsMissing_NamesItAndLooksNowhereElse()
    {
        var path = directory.File("worker");

        Assert.That(OnnxWorkerFile.Find(path, out var tried), Is.Null);
        Assert.That(tried, Is.EqualTo(path));
    }

    [Test]
    public void Find_ConfiguredWorkerIsThere_IsIt()
    {
        File.WriteAllText(directory.File("worker"), "");

        Assert.That(OnnxWorkerFile.Find(directory.File("worker"), out _), Is.EqualTo(directory.File("worker")));
    }
}
