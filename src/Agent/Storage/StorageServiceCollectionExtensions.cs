using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Rigshift.Agent.Storage;

internal static class StorageServiceCollectionExtensions
{
    /// <summary>
    /// State directory, lock and journal. Resolving <see cref="IJournal"/> opens them in that order; the container closes
    /// them in reverse. Faults come as <see cref="JournalException"/> or <see cref="InstanceHeldException"/>.
    /// </summary>
    public static IServiceCollection AddStorage(this IServiceCollection services, StorageOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(_ => StateDirectory.Open(options.StateDir));
        services.AddSingleton(provider => InstanceLock.Acquire(provider.GetRequiredService<StateDirectory>()));
        services.AddSingleton<Ballast>();
        services.AddSingleton<IJournal>(provider =>
        {
            provider.GetRequiredService<InstanceLock>();
            return Journal.Open(
                provider.GetRequiredService<StateDirectory>(),
                options,
                provider.GetRequiredService<Ballast>(),
                provider.GetRequiredService<TimeProvider>(),
                provider.GetRequiredService<ILogger<Journal>>());
        });
        return services;
    }
}
