using Microsoft.Extensions.Time.Testing;
using Rigshift.Coordinator.Commands;

namespace Rigshift.Coordinator.Tests.Commands;

internal sealed class CommandLineTests
{
    private string directory = "";

    [SetUp]
    public void MakeDirectory() => directory = Directory.CreateTempSubdirectory("rigshift-cli-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(directory, recursive: true);

    [Test, CancelAfter(30_000)]
    public async Task Run_MistypedVerb_GuessesIt()
    {
        var (code, _, error) = await RunAsync("jbos");
        Assert.That(code, Is.EqualTo(ExitCode.BadUsage));
        Assert.That(error, Does.StartWith("'jbos' is not known here. Did you mean 'jobs'?"));
    }

    [Test, CancelAfter(30_000)]
    public async Task Run_MistypedOption_IsBadUsageNotIgnored()
    {
        var (code, _, error) = await RunAsync("rigs", "--wtach");
        Assert.That(code, Is.EqualTo(ExitCode.BadUsage));
        Assert.That(error, Does.Contain("Did you mean '--watch'?"));
    }

    [Test, CancelAfter(30_000)]
    public async Task Run_NoCredentials_SaysWhereTheyWereSoughtAndHowToNameThem()
    {
        var (code, _, error) = await RunAsync("jobs", "--state-dir", directory);
        Assert.That(code, Is.EqualTo(ExitCode.BadUsage));
        Assert.That(error, Does.Contain(Path.Combine(directory, "operator.json")).And.Contain("--credentials"));
    }

    [Test, CancelAfter(30_000)]
    public async Task Run_DamagedCredentials_SaysSoWithoutATrace()
    {
        await File.WriteAllTextAsync(Path.Combine(directory, "operator.json"), "{\"url\":");
        var (code, _, error) = await RunAsync("jobs", "--state-dir", directory);
        Assert.That(code, Is.EqualTo(ExitCode.Failed));
        Assert.That(error, Does.Contain("is damaged").And.Not.Contain("   at "));
    }

    [Test, CancelAfter(30_000)]
    public async Task Submit_BadFile_ListsItsMistakesBeforeAnythingIsConnected()
    {
        var file = Path.Combine(directory, "job.yaml");
        await File.WriteAllTextAsync(file, "apiVersion: rigshift/v2\nkind: Pod\n");
        var (code, _, error) = await RunAsync("submit", file, "--state-dir", directory);
        Assert.That(code, Is.EqualTo(ExitCode.BadUsage));
        Assert.That(error.TrimEnd().Split('\n'), Has.Length.EqualTo(4));
        Assert.That(error, Does.Contain(":1:13: apiVersion:").And.Contain("spec: is missing"));
    }

    [TestCase("token", "create", "--ttl", "60")]
    [TestCase("token", "create", "--ttl", "soon")]
    [TestCase("token", "create", "--uses", "0")]
    [TestCase("token", "create", "--uses", "-1")]
    [TestCase("rigs", "drain", "abcd", "--deadline", "x")]
    [TestCase("results", "abcd")]
    [CancelAfter(30_000)]
    public async Task Run_BadOption_IsBadUsage(params string[] arguments) => Assert.That((await RunAsync(arguments)).Code, Is.EqualTo(ExitCode.BadUsage));

    [Test, CancelAfter(30_000)]
    public async Task Version_Always_NamesProgramAndProtocol()
    {
        var (code, output, _) = await RunAsync("version");
        Assert.That(code, Is.Zero);
        Assert.That(output, Does.StartWith("rigshift-coordinator ").And.Contain("protocol rigshift.v1"));
    }

    private static async Task<(int Code, string Out, string Error)> RunAsync(params string[] arguments)
    {
        using var capture = new ScreenCapture();
        var code = await CommandLine.RunAsync(arguments, capture.Screen, new FakeTimeProvider());
        return (code, capture.Out, capture.Error);
    }
}
