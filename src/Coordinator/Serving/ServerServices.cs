using Rigshift.Coordinator.ArtifactApi;
using Rigshift.Coordinator.Authority;
using Rigshift.Coordinator.Dispatch;
using Rigshift.Coordinator.Feeds;
using Rigshift.Coordinator.FleetApi;
using Rigshift.Coordinator.JobApi;
using Rigshift.Coordinator.Leases;
using Rigshift.Coordinator.Logs;
using Rigshift.Coordinator.RigSessions;
using Rigshift.Coordinator.Store;
using Rigshift.Durable;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Serving;

/// <summary>Puts the coordinator's parts together.</summary>
internal static class ServerServices
{
    public static void Add(IServiceCollection services, CoordinatorOptions options, DurableDatabase database, ClusterAuthority authority, Incarnation incarnation, TimeProvider time)
    {
        services.AddSingleton(options).AddSingleton(options.Sessions).AddSingleton(options.Leases).AddSingleton(options.Dispatch).AddSingleton(options.Storage);
        services.AddSingleton(new StatePaths(options.StateDirectory)).AddSingleton(time).AddSingleton(database).AddSingleton(authority).AddSingleton(incarnation);
        services.AddSingleton(new DispatchTimes(TimeSpan.FromSeconds(options.Dispatch.ReserveAfterSeconds), TimeSpan.FromSeconds(options.Dispatch.SameRigAfterSeconds)));
        services.AddSingleton<MonotonicClock>().AddSingleton<PublicAddress>().AddSingleton<Callers>();
        services.AddSingleton<JobStore>().AddSingleton<AttemptStore>().AddSingleton<RigStore>().AddSingleton<TokenStore>().AddSingleton<GreetingStore>().AddSingleton<ReconcileStore>();
        services.AddSingleton(new ResultStore(database, time, options.Dispatch.RigFailureLimit));
        services.AddSingleton<ChangeFeed>().AddSingleton<RigFeed>().AddSingleton<JobNews>().AddSingleton<Dispatcher>().AddSingleton<ReturnWatch>().AddSingleton<Assigner>();
        services.AddSingleton<LeaseTable>().AddSingleton<LeaseSweep>();
        services.AddSingleton<SessionTable>().AddSingleton<Presence>().AddSingleton<Reception>().AddSingleton<RecentResults>().AddSingleton<HeartbeatReply>().AddSingleton<AttemptInbox>().AddSingleton<RigInbox>();
        services.AddSingleton<ProgressBoard>().AddSingleton<ArtifactShelf>().AddSingleton<ShelfKeeping>().AddSingleton<ArtifactEndpoints>().AddSingleton<JobLogs>().AddSingleton<LogReply>();
        services.AddSingleton<JobView>().AddSingleton<JobLookup>().AddSingleton<RigView>();
        services.AddHostedService<Workplace>();

        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = ProtocolLimits.MaxLargeMessageBytes;
            grpc.EnableDetailedErrors = false;
        });
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks().AddCheck<StoreHealth>("store");
    }
}
