using Microsoft.Extensions.DependencyInjection;
using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Commands;
using Rigshift.Agent.Control;
using Rigshift.Agent.Hosting;
using Rigshift.Agent.Interop;
using Rigshift.Agent.Jobs;
using Rigshift.Agent.Leases;
using Rigshift.Agent.Runtimes;
using Rigshift.Agent.Runtimes.Shim;
using Rigshift.Agent.Sessions;
using Rigshift.Agent.Storage;

// Before anything else: a rig starts a hundred shims per second, and none of them is a service.
if (args is [ShimEntry.Verb, ..])
{
    return ShimEntry.Run(args);
}

return await CommandLine.InvokeAsync(args, Terminal.Console(), AddRooms);

static void AddRooms(IServiceCollection services, AgentSetup setup) => services
    .AddInterop()
    .AddStorage(setup.Options.Storage)
    .AddRuntimes(setup.Options.Runtimes)
    .AddArtifacts(setup.Options.Artifacts)
    .AddLeases(setup.Options.Capacity)
    .AddJobs(setup.Options.Jobs)
    .AddSessions(setup.Options.Sessions)
    .AddControl(AgentHost.Version);
