using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Sessions.Identity;
using Rigshift.Agent.Sessions.Logs;
using Rigshift.Agent.Sessions.Stream;
using Rigshift.Agent.Sessions.Transport;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Sessions;

internal static class SessionsServiceCollectionExtensions
{
    /// <summary>The session of a running agent.</summary>
    public static IServiceCollection AddSessions(this IServiceCollection services, SessionOptions options)
    {
        services.AddEnrollment(options);
        services.AddSingleton<Renewer>();
        services.AddSingleton<IdentityKeeper>();
        services.AddSingleton<BulkConnection>();
        services.AddSingleton<IBulkConnection>(provider => provider.GetRequiredService<BulkConnection>());
        services.AddSingleton<SessionRooms>();
        services.AddSingleton<SessionView>();
        services.AddHostedService<SessionService>();
        services.AddHostedService<LogUploadService>();
        return services;
    }

    /// <summary>What `rigshift enroll` needs, and nothing that runs. Needs the state directory.</summary>
    public static IServiceCollection AddEnrollment(this IServiceCollection services, SessionOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton<IdentityFiles>();
        services.AddSingleton<IdentityStore>();
        services.AddSingleton<LinkFactory>();
        services.AddSingleton(provider => RigFacts.Read(provider.GetRequiredService<StateDirectory>().Root));
        services.AddSingleton<Enroller>();
        return services;
    }
}
