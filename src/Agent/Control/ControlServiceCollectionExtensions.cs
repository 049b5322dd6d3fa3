using Microsoft.Extensions.DependencyInjection;
using Rigshift.Agent.Model;
using Rigshift.Agent.Sessions;
using Rigshift.Agent.Storage;

namespace Rigshift.Agent.Control;

internal static class ControlServiceCollectionExtensions
{
    /// <summary>The endpoint that <c>rigshift status</c> and <c>jobs</c> ask.</summary>
    public static IServiceCollection AddControl(this IServiceCollection services, string version) => services
        .AddSingleton(provider => new ControlAnswers(
            provider.GetRequiredService<AgentPaths>(),
            version,
            provider.GetRequiredService<IJournal>(),
            provider.GetRequiredService<SessionView>(),
            provider.GetRequiredService<TimeProvider>()))
        .AddHostedService<ControlService>();
}
