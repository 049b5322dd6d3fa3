using System.Net;
using System.Security.Cryptography.X509Certificates;
using Rigshift.Coordinator.Authority;

namespace Rigshift.Coordinator.Serving;

/// <summary>The coordinator's own certificate: made at start, made anew in good time, never on disk.</summary>
internal sealed class ServerIdentity(ClusterAuthority authority, CoordinatorOptions options, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(365);
    private static readonly TimeSpan RenewBefore = TimeSpan.FromDays(30);

    private readonly Lock gate = new();
    private X509Certificate2? current;

    public X509Certificate2 Current()
    {
        lock (gate)
        {
            if (current is null || current.NotAfter.ToUniversalTime() - time.GetUtcNow() < RenewBefore)
            {
                // The old one may still be in use by a handshake: the collector ends it.
                current = authority.IssueServer(Names(), Life);
            }

            return current;
        }
    }

    public void Dispose() => current?.Dispose();

    private HashSet<string> Names()
    {
        var names = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "localhost", "127.0.0.1", "::1", Dns.GetHostName() };
        if (Uri.TryCreate(options.PublicUrl, UriKind.Absolute, out var url))
        {
            names.Add(url.Host.Trim('[', ']'));
        }

        var listen = new Uri(options.Listen).Host.Trim('[', ']');
        if (IPAddress.TryParse(listen, out var address) && !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any))
        {
            names.Add(listen);
        }

        return names;
    }
}
