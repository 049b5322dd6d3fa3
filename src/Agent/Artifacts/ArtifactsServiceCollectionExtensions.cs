using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Rigshift.Agent.Artifacts;

internal static class ArtifactsServiceCollectionExtensions
{
    /// <summary>Needs the room Storage, and <see cref="IBulkConnection"/> from the room Sessions.</summary>
    public static IServiceCollection AddArtifacts(this IServiceCollection services, ArtifactsOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<ArtifactCache>();
        services.AddSingleton(provider => new ArtifactDownload(
            provider.GetRequiredService<IBulkConnection>(), options, new RateLimit(options.DownloadBytesPerSecond, provider.GetRequiredService<TimeProvider>()), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new ArtifactUpload(
            provider.GetRequiredService<IBulkConnection>(), options, new RateLimit(options.UploadBytesPerSecond, provider.GetRequiredService<TimeProvider>()), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ArtifactFetcher>();
        services.AddSingleton<IArtifacts, ArtifactStore>();
        return services;
    }
}
