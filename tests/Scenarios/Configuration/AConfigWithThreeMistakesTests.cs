using Rigshift.TestKit;

namespace Rigshift.Scenarios.Configuration;

[TestFixture]
[Category("Scenario")]
internal sealed class AConfigWithThreeMistakesTests
{
    private const int BadUsage = 2;

    [Test]
    [CancelAfter(120_000)]
    public async Task All_three_are_named_and_nothing_is_started()
    {
        using var home = new TempDirectory();
        await using var rig = new Rig(home.File("rig"), new Dictionary<string, string>());
        await File.WriteAllTextAsync(rig.ConfigFile, """
            {
              // A comment is allowed.
              "Logging": { "Level": "Loud" },
              "Jobs": { "MaxAttempts": 0 },
              "Runtimes": { "Proces": { "Enabled": true } }
            }
            """);

        var done = await rig.VerbAsync("run");

        using (Assert.EnterMultipleScope())
        {
            Assert.That(done.ExitCode, Is.EqualTo(BadUsage), done.ToString);
            Assert.That(done.Errors, Does.Contain("Logging:Level"));
            Assert.That(done.Errors, Does.Contain("Jobs:MaxAttempts"));
            Assert.That(done.Errors, Does.Contain("Proces").And.Contain("Runtimes:Process:Enabled"), "The third with the nearest right name.");
            Assert.That(Directory.EnumerateFileSystemEntries(rig.StateDir), Is.EqualTo([rig.ConfigFile]).AsCollection);
        }
    }
}
