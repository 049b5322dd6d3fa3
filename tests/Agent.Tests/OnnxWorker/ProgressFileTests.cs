using Microsoft.Extensions.Time.Testing;
using Rigshift.OnnxWorker;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.OnnxWorker;

internal sealed class ProgressFileTests
{
    private readonly TempDirectory directory = new();
    private readonly FakeTimeProvider time = new();

    [TearDown]
    public void TearDown() => directory.Dispose();

    [Test]
    public void Report_MoreOftenThanTenTimesASecond_WritesEveryTenthOfASecondAndTheLast()
    {
        var file = directory.File("progress");
        using (var progress = new ProgressFile(file, total: 100, "images", time))
        {
            for (var done = 1; done <= 100; done++)
            {
                time.Advance(TimeSpan.FromMilliseconds(3));
                progress.Report(done);
            }
        }

        Assert.That(File.ReadAllLines(file), Is.EqualTo(new[] { "0 100 images", "34 100 images", "68 100 images", "100 100 images" }));
    }

    [Test]
    public void Open_FileOfAnEarlierStart_IsContinued()
    {
        var file = directory.File("progress");
        File.WriteAllText(file, "5 100 images\n");
        new ProgressFile(file, total: 100, "images", time).Dispose();
        Assert.That(File.ReadAllLines(file), Is.EqualTo(new[] { "5 100 images", "0 100 images" }));
    }
}
