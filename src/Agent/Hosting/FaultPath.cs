using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Rigshift.Agent.Hosting;

/// <summary>
/// The one place that decides with which code the service ends. A background service that throws stops the host, and the
/// host alone would then exit with 0, so that neither systemd nor the Windows SCM would start it again.
/// </summary>
internal sealed class FaultPath(IServiceProvider services)
{
    /// <summary>The fault that ended a background service, or null when none did.</summary>
    public Exception? Fault => services.GetServices<IHostedService>()
        .OfType<BackgroundService>()
        .Select(service => service.ExecuteTask)
        .FirstOrDefault(task => task is { IsFaulted: true })?.Exception?.GetBaseException();

    public int ExitCode => Fault is null ? Hosting.ExitCode.Ok : Hosting.ExitCode.Failed;
}
