using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Google.Protobuf;
using Grpc.Core;
using Polly.Timeout;
using Rigshift.Agent.Model;
using Rigshift.Agent.Sessions.Transport;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Agent.Sessions.Identity;

/// <summary>
/// Exchanges a token for an identity, once. The pin in the token comes first: until the coordinator's root has matched it,
/// nothing of the token leaves the rig.
/// </summary>
internal sealed class Enroller(IdentityStore store, LinkFactory links, SessionOptions options, RigFacts host, TimeProvider time)
{
    /// <summary>A root is about 1 KiB of PEM; what is larger is not one.</summary>
    private const int MaxRootBytes = 64 * 1024;

    private static readonly TimeSpan RootTimeout = TimeSpan.FromSeconds(15);

    /// <param name="tokenText">As the operator handed it out.</param>
    /// <param name="coordinator">Where to go instead of the token's URL; null: there.</param>
    /// <param name="force">Give up the identity that the rig has.</param>
    public async Task<EnrollOutcome> EnrollAsync(string tokenText, Uri? coordinator, bool force, CancellationToken cancellation)
    {
        if (!EnrollmentToken.TryParse(tokenText, out var token, out var tokenFault))
        {
            return EnrollOutcome.Refused("token_invalid", tokenFault);
        }

        if (!force && store.Load().Current is { } present)
        {
            return EnrollOutcome.Refused(
                "already_enrolled",
                $"This rig is already enrolled at {present.Coordinator} as {present.RigId}. To give that up and enroll it anew, add --force.");
        }

        var url = coordinator ?? token.Url;
        if (CoordinatorUrl.Check(url, options.AllowInsecure) is { } urlFault)
        {
            return EnrollOutcome.Refused("url_invalid", urlFault);
        }

        var (rootPem, refusal) = await FetchRootAsync(url, cancellation);
        if (rootPem is null)
        {
            return refusal!; // Set whenever there is no root.
        }

        using var root = ReadRoot(rootPem);
        return root is null || SpkiPin.Of(root) != token.Pin ? PinMismatch(url) : await ExchangeAsync(url, token, root, cancellation);
    }

    private async Task<(string? Pem, EnrollOutcome? Refusal)> FetchRootAsync(Uri url, CancellationToken cancellation)
    {
        using var link = links.OpenUntrusted(url);
        using var timeout = new CancellationTokenSource(RootTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellation);
        try
        {
            link.Http.MaxResponseContentBufferSize = MaxRootBytes;
            return (await link.Http.GetStringAsync(new Uri("/v1/root", UriKind.Relative), either.Token), null);
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return (null, EnrollOutcome.Refused("coordinator_unreachable", FailureText.Describe(e, link))); // The user is told what it was.
        }
    }

    private static X509Certificate2? ReadRoot(string pem)
    {
        try
        {
            return X509Certificate2.CreateFromPem(pem);
        }
        catch (CryptographicException)
        {
            return null; // Whoever answered is not a coordinator: the same refusal as for a wrong root.
        }
    }

    private static EnrollOutcome PinMismatch(Uri url) => EnrollOutcome.Refused(
        "pin_mismatch",
        $"{url} is not the coordinator that made this token: its root certificate does not match the token's pin. Somebody may be in between, "
        + "or the coordinator was set up anew. Nothing of the token was sent. Ask the operator for a new token.");

    private async Task<EnrollOutcome> ExchangeAsync(Uri url, EnrollmentToken token, X509Certificate2 root, CancellationToken cancellation)
    {
        using var key = store.LoadOrCreatePendingKey();
        var request = new EnrollRequest
        {
            TokenId = token.Id,
            Secret = token.Secret,
            Csr = ByteString.CopyFrom(CertificateRequests.Create(key)),
            AnchorsHash = host.AnchorsHash,
            Hostname = host.Hostname,
            AgentVersion = host.AgentVersion,
        };
        using var link = links.OpenAnonymous(url, root);
        EnrollReply reply;
        try
        {
            var client = new Enrollment.EnrollmentClient(link.Channel);
            reply = await Resilience.Unary(time).ExecuteAsync(async c => await client.EnrollAsync(request, cancellationToken: c), cancellation);
        }
        catch (Exception e) when (e is RpcException or TimeoutRejectedException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return EnrollOutcome.Refused(FailureText.ReasonOf(e) ?? "coordinator_unreachable", FailureText.Describe(e, link)); // The user is told what it was.
        }

        return Keep(url, reply, key, root);
    }

    private EnrollOutcome Keep(Uri url, EnrollReply reply, ECDsa key, X509Certificate2 root)
    {
        if (!Guid.TryParseExact(reply.RigId, "D", out var rigId) || !Guid.TryParseExact(reply.ClusterId, "D", out var clusterId))
        {
            return Bad(url, "it names no rig or no cluster");
        }

        X509Certificate2 certificate;
        try
        {
            certificate = X509CertificateLoader.LoadCertificate(reply.Certificate.Span);
        }
        catch (CryptographicException)
        {
            return Bad(url, "it holds no certificate"); // The peer's bytes, not our bug.
        }

        using (certificate)
        {
            if (CertificateRequests.Check(certificate, key, clusterId, rigId, [root]) is { } fault)
            {
                return Bad(url, "of its certificate: " + fault);
            }

            var home = Uri.TryCreate(reply.CoordinatorUrl, UriKind.Absolute, out var named) && CoordinatorUrl.Check(named, options.AllowInsecure) is null ? named : url;
            store.Promote(store.SaveCandidate(new IdentityDocument(
                rigId.ToString("D"), clusterId.ToString("D"), home.OriginalString, key.ExportPkcs8PrivateKeyPem(), certificate.ExportCertificatePem(), [root.ExportCertificatePem()])));
            links.Learn(DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(reply.ServerTimeUnixMs, 0, DateTimeOffset.MaxValue.ToUnixTimeMilliseconds())));
            return new EnrollOutcome(new RigId(rigId), "", $"Enrolled at {home} as rig {rigId:D}.");
        }
    }

    private static EnrollOutcome Bad(Uri url, string why) =>
        EnrollOutcome.Refused("reply_invalid", $"{url} gave an answer that this rig does not take, because {why}. Update the coordinator, or report it.");
}
