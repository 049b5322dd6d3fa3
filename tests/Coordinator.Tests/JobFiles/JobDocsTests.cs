using System.Globalization;
using System.Text;
using Rigshift.Coordinator.JobFiles;

namespace Rigshift.Coordinator.Tests.JobFiles;

/// <summary>docs/jobs.md is what job owners believe: it must say what the reader does.</summary>
internal sealed class JobDocsTests
{
    [Test]
    public void JobsPage_FieldTable_IsTheReadersTable()
    {
        var expected = Table();
        var page = File.ReadAllText(Page()).ReplaceLineEndings("\n");
        Assert.That(page, Does.Contain(expected), $"Replace the table in docs/jobs.md with:\n{expected}");
    }

    [Test]
    public void JobsPage_FirstExample_IsAcceptedButForItsFiles()
    {
        var page = File.ReadAllText(Page()).ReplaceLineEndings("\n");
        var begin = page.IndexOf("```yaml\n", StringComparison.Ordinal) + "```yaml\n".Length;
        var example = page[begin..page.IndexOf("```", begin, StringComparison.Ordinal)];
        var faults = JobFileReader.Read(example, "job.yaml", TestContext.CurrentContext.WorkDirectory).Faults;
        Assert.That(faults, Has.All.Contains("does not exist"));
    }

    [TestCaseSource(typeof(JobFields), nameof(JobFields.All))]
    public void Field_Parent_IsDocumentedToo(object field)
    {
        var job = (JobField)field;
        Assert.That(job.Parent.Length == 0 || JobFields.All.Any(f => f.Path == job.Parent || f.Path + "[]" == job.Parent), Is.True,
            "a field's parent is documented too");
    }

    private static string Table()
    {
        var text = new StringBuilder("| field | type | default | bounds | meaning |\n|---|---|---|---|---|\n");
        foreach (var f in JobFields.All)
        {
            var example = f.Example.Length == 0 ? "" : $" Example: `{f.Example}`";
            text.Append(CultureInfo.InvariantCulture, $"| `{f.Path}` | {f.Type} | {f.Default} | {f.Bounds} | {f.About}{example} |\n");
        }

        return text.ToString();
    }

    private static string Page()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Agent.sln")))
        {
            at = at.Parent;
        }

        Assert.That(at, Is.Not.Null, "the test runs inside a clone");
        return Path.Combine(at!.FullName, "docs", "jobs.md"); // The line above fails first.
    }
}
