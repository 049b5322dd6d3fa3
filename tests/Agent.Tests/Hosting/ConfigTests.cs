using System.Text;
using Rigshift.Agent.Hosting.Configuration;
using Rigshift.Agent.Hosting.Logging;

namespace Rigshift.Agent.Tests.Hosting;

internal sealed class ConfigTests
{
    private const string File = "agent.json";

    [Test]
    public void Bind_ThreeMistakes_NamesAllThreeWithPlaceAndRemedy()
    {
        var faults = Bind("""
            {
              // what people really write
              "Logging": {
                "Levle": "Debug",
                "FileBytes": 12,
                "Files": "many",
              }
            }
            """, out _);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(faults, Has.Count.EqualTo(3));
            Assert.That(faults, Has.One.EqualTo("agent.json line 4: there is no option Logging:Levle. Did you mean Logging:Level?"));
            Assert.That(faults, Has.One.EqualTo("agent.json line 5: Logging:FileBytes is 12; it must be from 65536 to 1073741824."));
            Assert.That(faults, Has.One.EqualTo("agent.json line 6: Logging:Files is 'many'; write a whole number from 1 to 100."));
        }
    }

    [Test]
    public void Bind_CommentsAndTrailingCommas_AreTaken()
    {
        var faults = Bind("""{ /* mine */ "logging": { "level": "debug", }, }""", out var options);

        Assert.That(faults, Is.Empty);
        Assert.That(options.Logging.Level, Is.EqualTo(LogLevelName.Debug));
    }

    [Test]
    public void Bind_EnvironmentVariable_WinsOverTheFile()
    {
        var options = New();
        var environment = new Dictionary<string, string> { ["RIGSHIFT__Logging__Files"] = "7", ["PATH"] = "/bin" };

        var faults = ConfigBinder.Bind(
            options.Settings(),
            ConfigFileReader.Parse("""{ "Logging": { "Files": 3 } }"""u8, File),
            new ConfigReading(EnvironmentOverrides.Read(environment), []));

        Assert.That(faults, Is.Empty);
        Assert.That(options.Logging.Files, Is.EqualTo(7));
    }

    [Test]
    public void Bind_BadEnvironmentVariable_IsNamed()
    {
        var environment = new Dictionary<string, string> { ["RIGSHIFT__Loging__Files"] = "7" };

        var faults = ConfigBinder.Bind(New().Settings(), new ConfigReading(EnvironmentOverrides.Read(environment), []));

        Assert.That(faults, Is.EqualTo(new[] { "environment variable RIGSHIFT__Loging__Files: there is no option Loging:Files. Did you mean Logging:Files?" }));
    }

    [TestCase("{ \"Logging\": { \"Files\": 3 }", "line 1, column")]
    [TestCase("{\n \"Logging\": {\n  \"Files\" 3\n }\n}", "line 3, column")]
    [TestCase("[]", "must be one JSON object")]
    [TestCase("", "line 1, column")]
    [TestCase("{ \"Logging\": { \"Files\": [1] } }", "is a list")]
    [TestCase("{ \"Logging\": { \"Files\": 1, \"files\": 2 } }", "is given twice")]
    public void Parse_BrokenFile_SaysWhereAndWhat(string text, string expected) =>
        Assert.That(ConfigFileReader.Parse(Encoding.UTF8.GetBytes(text), File).Faults, Has.One.Contains(expected));

    [Test]
    public void Parse_Utf16_AsksForUtf8() =>
        Assert.That(ConfigFileReader.Parse([0xFF, 0xFE, 0x7B, 0x00], File).Faults, Has.One.Contains("save it as UTF-8"));

    [Test]
    public void Parse_ByteOrderMark_IsIgnored() =>
        Assert.That(ConfigFileReader.Parse([0xEF, 0xBB, 0xBF, (byte)'{', (byte)'}'], File).Faults, Is.Empty);

    [Test]
    public void Read_MissingFile_IsAllDefaults()
    {
        var reading = ConfigFileReader.Read(Path.Combine(TestContext.CurrentContext.WorkDirectory, "no-such-agent.json"));

        Assert.That(reading.Faults, Is.Empty);
        Assert.That(reading.Values, Is.Empty);
    }

    [Test]
    public void Settings_EveryKey_IsTakenOnceAndNamedSectionColonName() =>
        Assert.That(New().Settings().Select(s => s.Key), Is.Unique.And.All.Match(@"^[A-Z][A-Za-z]+(:[A-Z][A-Za-z]+)+$"));

    private static AgentOptions New() => new(PathChooser.Choose("rig", null));

    private static IReadOnlyList<string> Bind(string json, out AgentOptions options)
    {
        options = New();
        return ConfigBinder.Bind(options.Settings(), ConfigFileReader.Parse(Encoding.UTF8.GetBytes(json), File));
    }
}
