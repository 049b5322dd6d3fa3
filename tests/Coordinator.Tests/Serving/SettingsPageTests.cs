using System.Globalization;
using System.Text.RegularExpressions;
using Rigshift.Coordinator.Serving;

namespace Rigshift.Coordinator.Tests.Serving;

/// <summary>docs/operations.md lists the settings that an operator can make, with their defaults: all of them, and no other.</summary>
internal sealed partial class SettingsPageTests
{
    // Given by --state-dir, and the place where the settings themselves lie.
    private const string NotASetting = nameof(CoordinatorOptions.StateDirectory);

    [Test]
    public void OperationsPage_CoordinatorSettings_AreTheCoordinators()
    {
        var listed = Rows().Matches(Table()).Select(match => match.Groups["key"].Value);
        Assert.That(listed, Is.EquivalentTo(Defaults("", new CoordinatorOptions()).Keys), "one row per setting in docs/operations.md, between the coordinator-options marks");
    }

    [Test]
    public void OperationsPage_CoordinatorDefaults_AreTheCoordinators()
    {
        var defaults = Defaults("", new CoordinatorOptions());
        using var scope = Assert.EnterMultipleScope();
        foreach (Match row in Rows().Matches(Table()))
        {
            var expected = defaults.GetValueOrDefault(row.Groups["key"].Value, "");
            Assert.That(expected.Length == 0 || row.Groups["default"].Value == expected, Is.True, $"{row.Groups["key"].Value} is {expected} by default");
        }
    }

    // An empty default stands in words.
    private static Dictionary<string, string> Defaults(string prefix, object options)
    {
        var found = new Dictionary<string, string>();
        foreach (var property in options.GetType().GetProperties().Where(property => property.Name != NotASetting))
        {
            var value = property.GetValue(options)!; // Options have no null by default.
            if (value.GetType().Assembly == typeof(CoordinatorOptions).Assembly)
            {
                foreach (var (key, text) in Defaults($"{prefix}{property.Name}:", value))
                {
                    found[key] = text;
                }
            }
            else
            {
                found[prefix + property.Name] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            }
        }

        return found;
    }

    private static string Table()
    {
        var at = new DirectoryInfo(AppContext.BaseDirectory);
        while (at is not null && !File.Exists(Path.Combine(at.FullName, "Agent.sln")))
        {
            at = at.Parent;
        }

        Assert.That(at, Is.Not.Null, "the test runs inside a clone");
        var page = File.ReadAllText(Path.Combine(at!.FullName, "docs", "operations.md")); // The line above fails first.
        var begin = page.IndexOf("<!-- coordinator-options -->", StringComparison.Ordinal);
        return page[begin..page.IndexOf("<!-- /coordinator-options -->", StringComparison.Ordinal)];
    }

    [GeneratedRegex("^\\| `(?<key>[A-Za-z:]+)` \\| (?<default>[^|]+) \\|", RegexOptions.Multiline)]
    private static partial Regex Rows();
}
