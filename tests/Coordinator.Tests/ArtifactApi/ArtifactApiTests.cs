using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Rigshift.Coordinator.Tests.Live;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Tests.ArtifactApi;

/// <summary>Artifacts over real HTTPS, with everything that goes wrong on a thin line.</summary>
[CancelAfter(30_000)]
internal sealed class ArtifactApiTests
{
    private static readonly byte[] Content = Encoding.ASCII.GetBytes("the quick brown fox jumps over the lazy dog");

    private LiveCoordinator coordinator = null!; // Made by SetUp.

    [SetUp]
    public async Task StartAsync() => coordinator = await LiveCoordinator.StartAsync(options => options.Storage.MaxArtifactBytes = 1000);

    [TearDown]
    public async Task StopAsync() => await coordinator.DisposeAsync();

    [Test]
    public async Task Put_WholeThenGet_GivesTheSameBytes()
    {
        using var stored = await PutAsync(Content);
        using var again = await PutAsync(Content);
        using var scope = Assert.EnterMultipleScope();
        Assert.That(stored.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(await coordinator.Operator.GetByteArrayAsync(At(Content)), Is.EqualTo(Content));
    }

    [Test]
    public async Task Put_InTwoPieces_GoesOnWhereTheServerSays()
    {
        using var first = await PutAsync(Content, Content[..10], offset: 0, length: Content.Length);
        using var head = await coordinator.Operator.SendAsync(new HttpRequestMessage(HttpMethod.Head, At(Content)) { Version = HttpVersion.Version20 });
        await coordinator.RestartAsync();
        using var wrong = await PutAsync(Content, Content[20..], offset: 20);
        using var rest = await PutAsync(Content, Content[10..], offset: 10);
        using var scope = Assert.EnterMultipleScope();
        Assert.That((first.StatusCode, Offset(first)), Is.EqualTo((HttpStatusCode.PermanentRedirect, "10")));
        Assert.That((head.StatusCode, Offset(head)), Is.EqualTo((HttpStatusCode.NotFound, "10")));
        Assert.That((wrong.StatusCode, Offset(wrong)), Is.EqualTo((HttpStatusCode.PermanentRedirect, "10")));
        Assert.That(rest.StatusCode, Is.EqualTo(HttpStatusCode.Created));
        Assert.That(await coordinator.Operator.GetByteArrayAsync(At(Content)), Is.EqualTo(Content));
    }

    [Test]
    public async Task Put_OtherBytesThanTheDigest_AreThrownAway()
    {
        using var refused = await PutAsync(Content, Encoding.ASCII.GetBytes("something else"), offset: 0);
        using var get = await coordinator.Operator.GetAsync(At(Content));
        using var scope = Assert.EnterMultipleScope();
        Assert.That((refused.StatusCode, Offset(refused)), Is.EqualTo((HttpStatusCode.UnprocessableEntity, "0")));
        Assert.That(get.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Put_LargerThanTheLimit_IsRefused()
    {
        using var refused = await PutAsync(new byte[1001]);
        Assert.That(refused.StatusCode, Is.EqualTo(HttpStatusCode.RequestEntityTooLarge));
    }

    [Test]
    public async Task Get_Range_GivesOnlyThat()
    {
        using var stored = await PutAsync(Content);
        using var request = new HttpRequestMessage(HttpMethod.Get, At(Content)) { Version = HttpVersion.Version20 };
        request.Headers.Range = new RangeHeaderValue(4, 8);
        using var part = await coordinator.Operator.SendAsync(request);
        using var scope = Assert.EnterMultipleScope();
        Assert.That(part.StatusCode, Is.EqualTo(HttpStatusCode.PartialContent));
        Assert.That(await part.Content.ReadAsStringAsync(), Is.EqualTo("quick"));
    }

    [TestCase("/v1/artifacts/..%2f..%2fca%2froot.key")]
    [TestCase("/v1/artifacts/sha256:abc")]
    [TestCase("/v1/artifacts/%2fetc%2fpasswd")]
    public async Task Get_NoDigest_IsRefused(string path)
    {
        using var refused = await coordinator.Operator.GetAsync(new Uri(path, UriKind.Relative));
        Assert.That(refused.StatusCode, Is.AnyOf(HttpStatusCode.BadRequest, HttpStatusCode.NotFound));
    }

    [Test]
    public async Task Rig_ReachesOnlyWhatItsAttemptsName()
    {
        using var input = await PutAsync(Content);
        var other = Encoding.ASCII.GetBytes("not for this rig");
        using var hidden = await PutAsync(other);
        var rig = await coordinator.EnrollAsync();
        using var http = coordinator.Http(rig.Certificate);
        using var before = await http.GetAsync(At(Content));
        using var idlePut = await http.PutAsync(At(other), new ByteArrayContent(other));
        using var session = await rig.ConnectAsync();
        await session.OfferAsync();
        await coordinator.SubmitAsync(spec => spec.Inputs.Add(new Input
        {
            Path = "in.txt",
            Artifact = new ArtifactRef { Digest = Digest.Of(Content).ToString(), SizeBytes = (ulong)Content.Length },
        }));
        await session.TakeAsync();
        using var during = await http.GetAsync(At(Content));
        using var foreign = await http.GetAsync(At(other));
        using var anonymous = coordinator.Http(null);
        using var nobody = await anonymous.GetAsync(At(Content));
        using var scope = Assert.EnterMultipleScope();
        Assert.That(before.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(idlePut.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(during.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(foreign.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(nobody.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    private static Uri At(byte[] content) => new("/v1/artifacts/" + Digest.Of(content), UriKind.Relative);

    private static string? Offset(HttpResponseMessage response) => response.Headers.TryGetValues("Upload-Offset", out var values) ? values.Single() : null;

    private Task<HttpResponseMessage> PutAsync(byte[] content) => PutAsync(content, content, 0);

    private async Task<HttpResponseMessage> PutAsync(byte[] content, byte[] body, long offset, long? length = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Put, At(content)) { Content = new ByteArrayContent(body), Version = HttpVersion.Version20 };
        request.Headers.Add("Upload-Offset", offset.ToString(CultureInfo.InvariantCulture));
        if (length is { } total)
        {
            request.Headers.Add("Upload-Length", total.ToString(CultureInfo.InvariantCulture));
        }

        return await coordinator.Operator.SendAsync(request);
    }
}
