using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Hosting.WindowsServices;
using Microsoft.Extensions.Logging;

namespace Rigshift.Agent.Hosting;

/// <summary>Makes the agent a good service of whatever started it: systemd, the Windows SCM, or a person at a console.</summary>
internal static class ServiceLifetime
{
    /// <summary>
    /// NOTIFY_SOCKET is what systemd sets for Type=notify. The package's own test reads the parent's name from /proc, which
    /// hardening (ProtectProc=invisible) hides: READY=1 would never be sent and the start would time out.
    /// </summary>
    public static bool IsSystemd { get; } = OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable("NOTIFY_SOCKET") is { Length: > 0 };

    public static void AddServiceLifetime(this IServiceCollection services)
    {
        if (OperatingSystem.IsWindows() && WindowsServiceHelpers.IsWindowsService())
        {
            services.Configure<WindowsServiceLifetimeOptions>(options => options.ServiceName = "Rigshift");
            services.AddSingleton<IHostLifetime, WindowsLifetime>();
        }
        else if (OperatingSystem.IsLinux() && IsSystemd)
        {
            services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
            services.AddSingleton<IHostLifetime, SystemdLifetime>();
            if (SystemdWatchdog.LimitFromEnvironment() is { } limit)
            {
                services.AddHostedService(provider => new SystemdWatchdog(
                    provider.GetRequiredService<ISystemdNotifier>(),
                    provider.GetRequiredService<LifeSign>(),
                    limit,
                    provider.GetRequiredService<TimeProvider>(),
                    provider.GetRequiredService<ILogger<SystemdWatchdog>>()));
            }
        }
    }
}
