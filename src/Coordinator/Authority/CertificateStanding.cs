using Rigshift.Rules;

namespace Rigshift.Coordinator.Authority;

/// <summary>What the authority says of a certificate that was shown to it.</summary>
/// <param name="Name">Whom it speaks for.</param>
/// <param name="Expired">Its time is over: good for Renew only.</param>
internal sealed record CertificateStanding(CertificateName Name, bool Expired, DateTimeOffset NotBefore, DateTimeOffset NotAfter);
