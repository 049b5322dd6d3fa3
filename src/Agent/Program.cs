using Microsoft.Extensions.DependencyInjection;
using Rigshift.Agent.Commands;
using Rigshift.Agent.Control;
using Rigshift.Agent.Hosting;
using Rigshift.Agent.Interop;
using Rigshift.Agent.Runtimes;
using Rigshift.Agent.Runtimes.Shim;
using Rigshift.Agent.Storage;

// Before anything else: a rig starts a hundred shims per second, and none of them is a service.
if (args is [ShimEntry.Verb, ..])
{
    return ShimEntry.Run(args);
}

return await CommandLine.InvokeAsync(args, Terminal.Console(), AddRooms);

static void AddRooms(IServiceCollection services, AgentSetup setup) => services
    .AddStorage(setup.Options.Storage)
    .AddInterop()
    .AddRuntimes(setup.Options.Runtimes)
    .AddControl(AgentHost.Version);
