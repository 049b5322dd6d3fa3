using System.Text.Json;
using Rigshift.Agent.Commands;
using Rigshift.Agent.Hosting;
using Rigshift.Agent.Storage;
using Rigshift.Agent.Tests.Storage;

namespace Rigshift.Agent.Tests.Commands;

/// <summary>What a person or a script gets from each verb while no agent runs.</summary>
internal sealed class CommandLineTests
{
    private string directory = "";

    [SetUp]
    public void SetUp() => directory = Directory.CreateTempSubdirectory("rigshift-cli-").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(directory, recursive: true);

    [Test]
    [CancelAfter(30_000)]
    public async Task Version_Json_IsOneDocument(CancellationToken cancellation)
    {
        var (code, output, _) = await Run("version", "--json");

        Assert.That(code, Is.EqualTo(ExitCode.Ok));
        Assert.That(JsonDocument.Parse(output).RootElement.GetProperty("version").GetString(), Does.Match(@"^\d+\.\d+\.\d+$"));
    }

    [TestCase("nonsense", "nonsense")]
    [TestCase("enroll", "--token")]
    [TestCase("", "command")]
    [CancelAfter(30_000)]
    public async Task BadUsage_IsExplainedAndExits2(string arguments, string expected, CancellationToken cancellation)
    {
        var (code, _, error) = await Run(arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries));

        Assert.That(code, Is.EqualTo(ExitCode.Usage));
        Assert.That(error, Does.Contain(expected).And.Contain("--help"));
    }

    [TestCase("status")]
    [TestCase("jobs")]
    [CancelAfter(30_000)]
    public async Task AgentStopped_IsSaidAndExits3(string verb, CancellationToken cancellation)
    {
        var (code, output, error) = await Run(verb, "--state-dir", directory);

        Assert.That(code, Is.EqualTo(ExitCode.NotRunning));
        Assert.That(error, Does.Contain("not running").And.Contain(directory));
        Assert.That(output, Is.Not.Empty);
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Jobs_AgentStopped_ShowsWhatTheJournalHolds(CancellationToken cancellation)
    {
        var record = JournalSamples.Record();
        await using (var journal = JournalSamples.Open(directory))
        {
            await journal.CommitAsync(new JournalEntry { Attempt = record });
        }

        var (_, output, _) = await Run("jobs", "--state-dir", directory);

        Assert.That(output, Does.Contain(record.Id.ToString()[..8]).And.Contain(record.Spec.Name));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Run_ConfigWithThreeMistakes_NamesAllThreeAndExits2(CancellationToken cancellation)
    {
        await File.WriteAllTextAsync(Path.Combine(directory, "agent.json"), """{ "Logging": { "Levl": 1, "Files": 0 }, "Storage": { "BallastBytes": "much" } }""", cancellation);

        var (code, _, error) = await Run("run", "--state-dir", directory);

        Assert.That(code, Is.EqualTo(ExitCode.Usage));
        Assert.That(error, Does.Contain("3 faults").And.Contain("Logging:Levl.").And.Contain("Logging:Files is 0").And.Contain("Storage:BallastBytes is 'much'"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Config_MissingFileNamed_Exits2(CancellationToken cancellation)
    {
        var (code, _, error) = await Run("run", "--state-dir", directory, "--config", Path.Combine(directory, "nowhere.json"));

        Assert.That(code, Is.EqualTo(ExitCode.Usage));
        Assert.That(error, Does.Contain("nowhere.json"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Logs_NeverRan_SaysSo(CancellationToken cancellation)
    {
        var (code, _, error) = await Run("logs", "--state-dir", directory);

        Assert.That(code, Is.EqualTo(ExitCode.Failed));
        Assert.That(error, Does.Contain("has not run here yet"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Logs_OfTheAgent_AreLinesForPeople(CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.Combine(directory, "logs"));
        await File.WriteAllTextAsync(
            Path.Combine(directory, "logs", "agent.clef"),
            """{"@t":"2026-11-23T15:42:08.7763511Z","@mt":"Took {Count:n0} jobs of {Who}","@l":"Warning","Count":3,"Who":"a\u001b[31mb"}""" + "\n",
            cancellation);

        var (code, output, _) = await Run("logs", "--state-dir", directory);

        Assert.That(code, Is.EqualTo(ExitCode.Ok));
        Assert.That(output.Trim(), Is.EqualTo("2026-11-23 15:42:08 warning     Took 3 jobs of a?[31mb"));
    }

    [TestCase("ab", ExitCode.Usage, "too short")]
    [TestCase("abcdef", ExitCode.Failed, "No attempt")]
    [CancelAfter(30_000)]
    public async Task Logs_OfAJobThatIsNotHere_SayWhy(string prefix, int expected, string words, CancellationToken cancellation)
    {
        var (code, _, error) = await Run("logs", prefix, "--state-dir", directory);

        Assert.That(code, Is.EqualTo(expected));
        Assert.That(error, Does.Contain(words));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Logs_OfAJob_AreWhatItPrinted(CancellationToken cancellation)
    {
        var record = JournalSamples.Record();
        await using (var journal = JournalSamples.Open(directory))
        {
            await journal.CommitAsync(new JournalEntry { Attempt = record });
        }

        var log = StateDirectory.At(directory).AttemptPaths(record.Id).Stdout;
        Directory.CreateDirectory(log);
        await File.WriteAllTextAsync(Path.Combine(log, new string('0', 20)), "first\nsecond", cancellation);

        var (code, output, _) = await Run("logs", record.JobId.ToString()[..8], "--state-dir", directory);

        Assert.That(code, Is.EqualTo(ExitCode.Ok));
        Assert.That(output.ReplaceLineEndings("\n"), Is.EqualTo("first\nsecond\n"));
    }

    [Test]
    [CancelAfter(30_000)]
    public async Task Enroll_BrokenToken_FailsAndDoesNotRepeatIt(CancellationToken cancellation)
    {
        var (code, _, error) = await Run("enroll", "--token", "rst1.secret-that-nobody-may-see", "--state-dir", directory);

        Assert.That(code, Is.EqualTo(ExitCode.Failed));
        Assert.That(error, Does.Contain("token").And.Not.Contain("nobody-may-see"));
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var code = await CommandLine.InvokeAsync(arguments, new Terminal(output, error, colour: false), (_, _) => { });
        return (code, output.ToString(), error.ToString());
    }
}
