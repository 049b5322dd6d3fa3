using System.Reflection;
using CsCheck;

namespace Rigshift.Rules.Tests;

internal sealed class TextTests
{
    [Test]
    public void ForMessage_AnyText_HasNoControlOrOverrideAndIsBounded() =>
        Gen.String[0, 600].Sample(text =>
        {
            var shown = SafeText.ForMessage(text);
            return shown.Length <= 257 && !shown.Any(IsHarmful);
        });

    [Test]
    public void ForTerminal_AnyText_KeepsTabsOnly() =>
        Gen.String[0, 600].Sample(text => !SafeText.ForTerminal(text).Any(c => c != '\t' && IsHarmful(c)));

    [Test]
    public void ForTerminal_EscapeSequence_LosesItsEscape() => Assert.That(SafeText.ForTerminal("a\tb\u001b[31mred\u009b"), Is.EqualTo("a\tb?[31mred?"));

    [Test]
    public void ForTerminal_EndlessLine_IsCut() => Assert.That(SafeText.ForTerminal(new string('x', 1 << 20)), Has.Length.EqualTo(SafeText.LineLimit + 1));

    [Test]
    public void ForMessage_Null_IsEmpty() => Assert.That(SafeText.ForMessage(null), Is.Empty);

    [Test]
    public void ReasonAdvice_EveryReason_HasASentenceAndNothingElseHas()
    {
        var codes = typeof(Reason).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!).ToList(); // All are constants.
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ReasonAdvice.Codes, Is.EquivalentTo(codes));
            Assert.That(codes, Is.Unique);
            Assert.That(codes, Is.All.Match("^[a-z][a-z0-9_]*$"));
            Assert.That(codes.Select(ReasonAdvice.For), Is.All.EndsWith("."));
        }
    }

    [Test]
    public void ReasonAdvice_CodeFromANewerPeer_SaysSo() => Assert.That(ReasonAdvice.For("brand_new\u001b"), Does.Contain("newer").And.Not.Contain("\u001b"));

    private static bool IsHarmful(char c) => char.IsControl(c) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069') or '\u2028' or '\u2029';
}
