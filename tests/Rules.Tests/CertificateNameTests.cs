namespace Rigshift.Rules.Tests;

internal sealed class CertificateNameTests
{
    private static readonly Guid Cluster = Guid.NewGuid();

    [TestCase(CertificateName.Rig, "6f9619ff-8b86-d011-b42d-00c04fc964ff")]
    [TestCase(CertificateName.Operator, "alice")]
    public void TryParse_WhatToUriMade_IsTheSame(string role, string subject)
    {
        var name = new CertificateName(Cluster, role, subject);
        Assert.That(CertificateName.TryParse(name.ToUri(), out var parsed), Is.True);
        Assert.That(parsed, Is.EqualTo(name));
    }

    [TestCase("https://6f9619ff-8b86-d011-b42d-00c04fc964ff/rig/6f9619ff-8b86-d011-b42d-00c04fc964ff")]
    [TestCase("rig://cluster/rig/6f9619ff-8b86-d011-b42d-00c04fc964ff")]
    [TestCase("rig://6f9619ff-8b86-d011-b42d-00c04fc964ff/rig/not-a-guid")]
    [TestCase("rig://6f9619ff-8b86-d011-b42d-00c04fc964ff/admin/x")]
    [TestCase("rig://6f9619ff-8b86-d011-b42d-00c04fc964ff/operator/a/b")]
    [TestCase("rig://6f9619ff-8b86-d011-b42d-00c04fc964ff/operator")]
    public void TryParse_AnythingElse_IsRefused(string uri) => Assert.That(CertificateName.TryParse(new Uri(uri), out _), Is.False);

    [Test]
    public void TryParse_Null_IsRefused() => Assert.That(CertificateName.TryParse(null, out _), Is.False);
}
