using Microsoft.Extensions.DependencyInjection;
using Rigshift.Agent.Jobs.Steps;

namespace Rigshift.Agent.Jobs;

internal static class JobsServiceCollectionExtensions
{
    /// <summary>Attempts and their clock. Needs the rooms Leases, Artifacts, Runtimes, Storage, and an <see cref="Model.ILifeSign"/>.</summary>
    public static IServiceCollection AddJobs(this IServiceCollection services, JobOptions options) => services
        .AddSingleton(options)
        .AddSingleton<RuntimeTable>()
        .AddSingleton<FetchArtifactsStep>()
        .AddSingleton<LaunchStep>()
        .AddSingleton<WatchStep>()
        .AddSingleton<CollectStep>()
        .AddSingleton<AttemptSteps>()
        .AddSingleton<PatientJournal>()
        .AddSingleton<AttemptContext>()
        .AddSingleton<AttemptHistory>()
        .AddSingleton<AttemptViews>()
        .AddSingleton<RigAdmission>()
        .AddSingleton<TombstoneTable>()
        .AddSingleton<Attempts>()
        .AddSingleton<IAttempts>(provider => provider.GetRequiredService<Attempts>())
        .AddHostedService<AttemptClockService>();
}
