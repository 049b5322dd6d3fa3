using Microsoft.Extensions.DependencyInjection;

namespace Rigshift.Agent.Leases;

internal static class LeasesServiceCollectionExtensions
{
    /// <summary>Reservations and what the rig has to give. Needs the rooms Interop, Runtimes and Storage.</summary>
    public static IServiceCollection AddLeases(this IServiceCollection services, CapacityOptions options) => services
        .AddSingleton(options)
        .AddSingleton<ReservationTable>()
        .AddSingleton<IRigCapacity, RigCapacity>();
}
