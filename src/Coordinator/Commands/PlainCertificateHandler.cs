using System.Security.Cryptography.X509Certificates;

namespace Rigshift.Coordinator.Commands;

/// <summary>Without TLS (tests on one machine) the certificate travels as metadata.</summary>
internal sealed class PlainCertificateHandler(HttpMessageHandler inner, X509Certificate2 certificate) : DelegatingHandler(inner)
{
    private const string Header = "rigshift-certificate";

    private readonly string text = Convert.ToBase64String(certificate.RawData);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation(Header, text);
        return base.SendAsync(request, cancellationToken);
    }
}
