using System.Runtime.Versioning;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.WindowsServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Rigshift.Agent.Hosting;

/// <summary>
/// The SCM runs its recovery actions only when the service reports a non-zero code with STOPPED; the stock lifetime always
/// reports success.
/// </summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsLifetime(
    IHostEnvironment environment,
    IHostApplicationLifetime lifetime,
    ILoggerFactory logging,
    IOptions<HostOptions> host,
    IOptions<WindowsServiceLifetimeOptions> service,
    FaultPath faults)
    : WindowsServiceLifetime(environment, lifetime, logging, host, service), IHostLifetime
{
    /// <summary>ERROR_EXCEPTION_IN_SERVICE.</summary>
    private const int FaultCode = 1064;

    Task IHostLifetime.StopAsync(CancellationToken cancellationToken)
    {
        ExitCode = faults.Fault is null ? 0 : FaultCode;
        return StopAsync(cancellationToken);
    }
}
