using CsCheck;

namespace Rigshift.Rules.Tests;

internal sealed class EnrollmentTokenTests
{
    private static readonly string Pin = new('A', 43);

    private static EnrollmentToken Sample => EnrollmentToken.Create(new Uri("https://coordinator.example:8443/"), "tok-1", Pin);

    [Test]
    public void TryParse_WhatEncodeMade_GivesTheSameToken([Values("", " ", "\r\n")] string around)
    {
        var token = Sample;
        Assert.That(EnrollmentToken.TryParse(around + token.Encode() + around, out var parsed, out _), Is.True);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(parsed, Is.EqualTo(token));
            Assert.That(parsed?.Secret, Is.EqualTo(token.Secret));
        }
    }

    [Test]
    public void Create_Twice_HasOtherSecrets() => Assert.That(new[] { Sample.Secret, Sample.Secret }, Is.Unique);

    [Test]
    public void ToString_Token_HoldsNoSecret()
    {
        var token = Sample;
        Assert.That($"{token}", Does.Not.Contain(token.Secret).And.Contain("tok-1"));
    }

    [Test]
    public void TryParse_CutOff_IsRefusedWithoutRepeatingTheToken()
    {
        var text = Sample.Encode();
        for (var length = 0; length < text.Length; length++)
        {
            var cut = text[..length];
            if (EnrollmentToken.TryParse(cut, out var token, out var fault))
            {
                Assert.Fail($"Took a token cut to {length} of {text.Length} characters: {token}");
            }

            Assert.That(fault, Is.Not.Empty.And.Not.Contain(Sample.Secret));
        }
    }

    [Test]
    public void TryParse_AnyText_NeverThrows() =>
        Gen.OneOf(Gen.String, Gen.String.Select(text => "rst1." + text), Gen.Byte.Array.Select(bytes => "rst1." + System.Buffers.Text.Base64Url.EncodeToString(bytes)))
            .Sample(text => EnrollmentToken.TryParse(text, out var token, out var fault) ? token.Id.Length > 0 : fault.Length > 0, iter: 20_000);

    [TestCase("ftp://coordinator/")]
    [TestCase("file:///etc/passwd")]
    public void TryParse_UrlThatIsNoCoordinator_IsRefused(string url) =>
        Assert.That(EnrollmentToken.TryParse(new EnrollmentToken(new Uri(url), "id", "secret", Pin).Encode(), out _, out _), Is.False);

    [TestCase(null)]
    [TestCase("")]
    [TestCase("https://coordinator/")]
    public void TryParse_NoToken_SaysWhereToGetOne(string? text)
    {
        Assert.That(EnrollmentToken.TryParse(text, out _, out var fault), Is.False);
        Assert.That(fault, Is.Not.Empty);
    }
}
