using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging;
using Rigshift.Agent.Sessions.Identity;

namespace Rigshift.Agent.Sessions.Transport;

/// <summary>Makes connections for an identity. The one place that knows the rig's clock may be wrong.</summary>
internal sealed partial class LinkFactory(SessionOptions options, IdentityStore store, TimeProvider time, ILogger<LinkFactory> logger)
{
    private DateTimeOffset? trustedTime;
    private int clockReported;

    /// <summary>The system clock is near what the rig last heard from its coordinator.</summary>
    public bool ClockPlausible => PlausibleTime.IsPlausible(time.GetUtcNow(), trustedTime ??= store.LoadTrustedTime());

    /// <summary>A connection that shows this rig's certificate and trusts its cluster's roots.</summary>
    public CoordinatorLink Open(RigIdentity identity) => new(identity.Coordinator, identity.Certificate, Trust(identity.Roots), options.ConnectTimeout);

    /// <summary>A connection without a certificate: for Enroll, trusting the pinned root alone.</summary>
    public CoordinatorLink OpenAnonymous(Uri url, X509Certificate2 root) => new(url, null, Trust([root]), options.ConnectTimeout);

    /// <summary>
    /// A connection that trusts anybody. Only for fetching the root, which proves itself by the pin; nothing secret goes out on it.
    /// </summary>
    public CoordinatorLink OpenUntrusted(Uri url) => new(url, null, null, options.ConnectTimeout);

    /// <summary>Remembers the coordinator's time, so that a clock that is reset later is found out.</summary>
    public void Learn(DateTimeOffset serverTime)
    {
        var known = trustedTime ??= store.LoadTrustedTime();
        if (serverTime < PlausibleTime.Minimum || serverTime - known < PlausibleTime.Slack / 2)
        {
            return;
        }

        trustedTime = serverTime;
        try
        {
            store.SaveTrustedTime(serverTime);
        }
        catch (IOException e)
        {
            Log.TrustedTimeNotSaved(logger, e.Message); // Costs nothing but the memory of it.
        }
    }

    private ServerTrust Trust(IReadOnlyList<X509Certificate2> roots)
    {
        if (!ClockPlausible && Interlocked.Exchange(ref clockReported, 1) == 0)
        {
            Log.ClockImplausible(logger, time.GetUtcNow());
        }

        return new ServerTrust(roots, time.GetUtcNow, () => ClockPlausible);
    }

    private static partial class Log
    {
        [LoggerMessage(1300, LogLevel.Warning, "The rig's clock says {Now}, which cannot be. Dates of certificates are ignored until it is set; check the mainboard's battery")]
        public static partial void ClockImplausible(ILogger logger, DateTimeOffset now);

        [LoggerMessage(1301, LogLevel.Warning, "Coordinator's time was not saved: {Fault}")]
        public static partial void TrustedTimeNotSaved(ILogger logger, string fault);
    }
}
