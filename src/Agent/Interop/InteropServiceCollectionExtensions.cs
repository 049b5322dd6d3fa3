using Microsoft.Extensions.DependencyInjection;
using Rigshift.Agent.Interop.Linux;
using Rigshift.Agent.Interop.Windows;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Interop;

internal static class InteropServiceCollectionExtensions
{
    public static IServiceCollection AddInterop(this IServiceCollection services) =>
        services.AddSingleton<IBootClock>(_ => OperatingSystem.IsWindows() ? new WindowsBootClock() : new LinuxBootClock());
}
