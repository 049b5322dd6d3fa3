using Microsoft.Extensions.DependencyInjection;

namespace Rigshift.Agent.Runtimes;

internal static class RuntimesServiceCollectionExtensions
{
    /// <summary>Every <see cref="IRuntime"/> of this rig; whether one can be used is for its Check to say.</summary>
    public static IServiceCollection AddRuntimes(this IServiceCollection services, RuntimesOptions options)
    {
        services.AddSingleton(options);
        if (OperatingSystem.IsWindows())
        {
            services.AddSingleton<IShimHost, WindowsShimHost>();
        }
        else
        {
            services.AddSingleton<IShimHost, LinuxShimHost>();
        }

        return services
            .AddSingleton<ShimLauncher>()
            .AddSingleton<ShimEnding>()
            .AddSingleton<IRuntime, ProcessRuntime>()
            .AddSingleton<IRuntime, OnnxRuntime>();
    }
}
