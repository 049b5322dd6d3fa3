using System.Globalization;
using System.Reflection;
using System.Text;

namespace Rigshift.Rules.Tests.Docs;

/// <summary>docs/protocol.md is what a stranger builds the other end from: its numbers are the code's.</summary>
internal sealed class ProtocolPageTests
{
    private const string Page = "docs/protocol.md";

    [Test]
    public void ReasonTable_EveryCode_IsTheCodes()
    {
        var expected = new StringBuilder("| code | what happened, and what to do |\n|---|---|\n");
        foreach (var code in Codes())
        {
            expected.Append(CultureInfo.InvariantCulture, $"| `{code}` | {ReasonAdvice.For(code)} |\n");
        }

        Compare("reasons", expected.ToString());
    }

    [Test]
    public void LeaseTable_EveryClass_IsTheCodes()
    {
        var expected = new StringBuilder("| class | lease | orphan | rig's own lease deadline | rig stops after |\n|---|---|---|---|---|\n");
        foreach (var (name, terms) in new[] { ("batch (default)", LeaseTerms.Batch), ("interactive", LeaseTerms.Interactive), ("exclusive", LeaseTerms.Exclusive) })
        {
            expected.Append(
                CultureInfo.InvariantCulture,
                $"| {name} | {Seconds(terms.Lease)} | {Seconds(terms.Orphan)} | {Seconds(terms.Lease - LeaseTerms.Margin(terms.Lease))} | {Seconds(terms.Orphan - LeaseTerms.Margin(terms.Orphan))} |\n");
        }

        Compare("leases", expected.ToString());
    }

    [Test]
    public void LimitTable_EveryLimit_IsTheCodes() => Compare("limits", string.Create(CultureInfo.InvariantCulture, $"""
        | what | limit |
        |---|---|
        | control message | {ProtocolLimits.MaxControlMessageBytes} bytes |
        | Hello, HelloAck, Assign, AttemptResult, unary call | {ProtocolLimits.MaxLargeMessageBytes} bytes |
        | data of one log chunk | {ProtocolLimits.MaxLogChunkBytes} bytes |
        | recent results in Hello | {ProtocolLimits.MaxRecentlyAcked} |
        | detail sentence | {ProtocolLimits.MaxDetailLength} characters |
        | outputs of one attempt | {ProtocolLimits.MaxOutputs} files |
        | their paths together, {ProtocolLimits.OutputOverheadBytes} added for each | {ProtocolLimits.MaxManifestBytes} bytes |
        | life of a rig's certificate | {ProtocolLimits.CertificateLife.TotalDays} days |
        | renewal after its end | {ProtocolLimits.RenewAfterExpiry.TotalDays} days |

        """).ReplaceLineEndings("\n"));

    [Test]
    public void ReasonCodes_EveryConstant_HasAdvice() =>
        Assert.That(Codes(), Is.EquivalentTo(ReasonAdvice.Codes), "each constant of Reason has a sentence in ReasonAdvice");

    private static void Compare(string section, string expected) =>
        Assert.That(Clone.Section(Page, section), Is.EqualTo(expected), $"Replace the table '{section}' in {Page} with:\n{expected}");

    // In the order of the source, which groups them.
    private static List<string> Codes() =>
        [.. typeof(Reason).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!)]; // All are string constants.

    private static string Seconds(TimeSpan time) => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s");
}
