using System.Text.RegularExpressions;

namespace Rigshift.Protocol.Tests;

/// <summary>A stranger writes a rig or a coordinator from these files alone: nothing in them may be left to guess.</summary>
internal sealed partial class DocumentationTests
{
    [TestCaseSource(typeof(Sources), nameof(Sources.ProtoFiles))]
    public void EveryDeclaration_HasAComment(string file)
    {
        var bare = new List<string>();
        var before = "";
        var number = 0;
        foreach (var line in File.ReadLines(file).Select(l => l.Trim()))
        {
            number++;
            if (Declaration().IsMatch(line) && !before.StartsWith("//", StringComparison.Ordinal))
            {
                bare.Add($"{Path.GetFileName(file)}:{number}: {line}");
            }

            before = line;
        }

        Assert.That(bare, Is.Empty, "Write a comment above each: what it means, its unit, and what its absence means.");
    }

    // A message, enum, service or call; a field; an enum value. Options and imports have no number after '='.
    [GeneratedRegex(@"^((message|enum|service|rpc)\s+\w+|((repeated|optional)\s+)?(map<[^>]+>|[\w.]+)\s+\w+\s*=\s*\d+;|[A-Z0-9_]+\s*=\s*\d+;)")]
    private static partial Regex Declaration();
}
