using CsCheck;

namespace Rigshift.Rules.Tests;

internal sealed class DigestTests
{
    [Test]
    public void Of_EmptyBytes_IsTheKnownValue() =>
        Assert.That(Digest.Of([]).ToString(), Is.EqualTo("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));

    [Test]
    public void Parse_WhatToStringMade_IsTheSame() =>
        Gen.Byte.Array.Sample(bytes => Digest.Parse(Digest.Of(bytes).ToString()) == Digest.Of(bytes));

    [TestCase(null)]
    [TestCase("")]
    [TestCase("sha256:")]
    [TestCase("sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855")]
    [TestCase("sha512:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [TestCase("sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85")]
    [TestCase("sha256:../../../../../../../../../../../../../../../../../etc/passwd000")]
    public void TryParse_AnythingElse_IsRefused(string? text) => Assert.That(Digest.TryParse(text, out _), Is.False);

    [Test]
    public void TryParse_AnythingTaken_IsASafeFileName() =>
        Gen.OneOf(Gen.String, Gen.Char["0123456789abcdefABCDEF/.:"].Array[64].Select(c => "sha256:" + new string(c)))
            .Sample(text => !Digest.TryParse(text, out var digest) || digest.Hex.All(c => c is (>= '0' and <= '9') or (>= 'a' and <= 'f')));

    [Test]
    public void Parse_Garbage_NamesTheFormAndNoControlCharacter() =>
        Assert.That(() => Digest.Parse("\u001b[2J"), Throws.TypeOf<FormatException>().With.Message.Contains("sha256:").And.Message.Not.Contains("\u001b"));

    [Test]
    public void Hex_OfDefault_Throws() => Assert.That(() => default(Digest).Hex, Throws.InvalidOperationException);
}
