using System.Diagnostics.CodeAnalysis;

namespace Rigshift.Rules;

/// <summary>Who a client certificate speaks for: its SAN URI <c>rig://CLUSTER_ID/ROLE/SUBJECT</c>.</summary>
/// <param name="ClusterId">The cluster whose root signed it.</param>
/// <param name="Role"><see cref="Rig"/> or <see cref="Operator"/>.</param>
/// <param name="Subject">Rig id, or the operator's name.</param>
public sealed record CertificateName(Guid ClusterId, string Role, string Subject)
{
    public const string Rig = "rig";
    public const string Operator = "operator";

    public Uri ToUri() => new($"rig://{ClusterId:D}/{Role}/{Subject}");

    public static bool TryParse(Uri? uri, [NotNullWhen(true)] out CertificateName? name)
    {
        name = null;
        if (uri is not { Scheme: "rig", Segments.Length: 3 } || !Guid.TryParseExact(uri.Host, "D", out var cluster))
        {
            return false;
        }

        var role = uri.Segments[1].TrimEnd('/');
        if (role is not (Rig or Operator) || (role == Rig && !Guid.TryParseExact(uri.Segments[2], "D", out _)))
        {
            return false;
        }

        name = new CertificateName(cluster, role, uri.Segments[2]);
        return true;
    }
}
