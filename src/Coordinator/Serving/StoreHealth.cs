using Microsoft.Extensions.Diagnostics.HealthChecks;
using Rigshift.Durable;

namespace Rigshift.Coordinator.Serving;

/// <summary>The coordinator is well while its database answers.</summary>
internal sealed class StoreHealth(DurableDatabase database) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        database.Read(session => session.First("SELECT 1", row => row.GetInt32(0)));
        return Task.FromResult(HealthCheckResult.Healthy());
    }
}
