using CsCheck;

namespace Rigshift.Rules.Tests;

internal sealed class ArtifactPathTests
{
    private static readonly string[] Parts =
    [
        "/", "\\", "..", ".", "C:", "CON", "nul.txt", "a", " ", "~", "\0", "\u001b", "COM1", "aux", "file::$DATA", "\uD800", "ü", "\u202E", "%2e%2e", "a.", "://",
    ];

    // Every character that has ever meant something to a path, and some that look like one.
    private static readonly Gen<string> Hostile = Gen.OneOf(
        Gen.Int[0, Parts.Length - 1].Select(i => Parts[i]),
        Gen.Char.Select(c => c.ToString())).List[0, 12].Select(parts => string.Concat(parts));

    [TestCase("a")]
    [TestCase("a/b/c.txt")]
    [TestCase("ünïcödé/日本.png")]
    [TestCase(".hidden")]
    [TestCase("console.txt")]
    [TestCase("COM10")]
    [TestCase("a..b")]
    public void TryCreate_SafePath_IsTaken(string text)
    {
        Assert.That(ArtifactPath.TryCreate(text, out var path, out _), Is.True);
        Assert.That(path.Value, Is.EqualTo(text));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("/etc/passwd")]
    [TestCase("\\\\server\\share")]
    [TestCase("../a")]
    [TestCase("a/../../b")]
    [TestCase("a/./b")]
    [TestCase("a//b")]
    [TestCase("a/")]
    [TestCase("C:/a")]
    [TestCase("a:stream")]
    [TestCase("CON")]
    [TestCase("a/nul.txt")]
    [TestCase("com¹")]
    [TestCase("LPT9.log")]
    [TestCase("CONIN$")]
    [TestCase("aux .txt")]
    [TestCase("dot.")]
    [TestCase("space ")]
    [TestCase(" space")]
    [TestCase("a\nb")]
    [TestCase("a\0b")]
    [TestCase("a\\b")]
    [TestCase("a*b")]
    public void TryCreate_UnsafePath_IsRefusedWithAReason(string? text)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ArtifactPath.TryCreate(text, out _, out var fault), Is.False);
            Assert.That(fault, Is.Not.Empty);
        }
    }

    [Test]
    public void TryCreate_LongestAndDeepest_AreBounded()
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ArtifactPath.TryCreate(new string('a', ArtifactPath.MaxLength), out _, out _), Is.True);
            Assert.That(ArtifactPath.TryCreate(new string('a', ArtifactPath.MaxLength + 1), out _, out _), Is.False);
            Assert.That(ArtifactPath.TryCreate(string.Join('/', Enumerable.Repeat("a", 32)), out _, out _), Is.True);
            Assert.That(ArtifactPath.TryCreate(string.Join('/', Enumerable.Repeat("a", 33)), out _, out _), Is.False);
        }
    }

    [Test]
    public void TryCreate_AnythingTaken_StaysBelowItsDirectoryOnBothSystems() =>
        Hostile.Sample(text =>
        {
            if (!ArtifactPath.TryCreate(text, out var path, out _))
            {
                return true;
            }

            var root = Path.GetFullPath("/root/of/attempt");
            var full = Path.GetFullPath(Path.Combine(root, path.Value));
            // Windows reads '\' as '/', drops what follows ':' into a stream, and trims trailing dots and spaces.
            var asWindows = path.Value.Replace('\\', '/').Split('/').Select(segment => segment.TrimEnd('.', ' ')).ToArray();
            return full.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
                && asWindows.SequenceEqual(path.Segments)
                && !path.Value.Contains(':', StringComparison.Ordinal);
        }, iter: 20_000);

    // Not a TestCase: an attribute's text is stored as UTF-8, which cannot hold it.
    [Test]
    public void TryCreate_HalfACharacter_IsRefused() =>
        Assert.That(new[] { "a\uD800b", "\uDC00", "a\uD83D" }.Select(text => ArtifactPath.TryCreate(text, out _, out _)), Is.All.False);

    [Test]
    public void Default_HasNoValue() => Assert.That(() => default(ArtifactPath).Value, Throws.InvalidOperationException);
}
