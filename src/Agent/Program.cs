using Microsoft.Extensions.DependencyInjection;
using Rigshift.Agent.Commands;
using Rigshift.Agent.Control;
using Rigshift.Agent.Hosting;
using Rigshift.Agent.Runtimes.Shim;
using Rigshift.Agent.Storage;

// First of all, and before anything of the host is touched: a shim must start in milliseconds.
return args is [ShimEntry.Verb, ..] ? ShimEntry.Run(args) : await CommandLine.InvokeAsync(args, Terminal.Console(), AddRooms);

static void AddRooms(IServiceCollection services, AgentSetup setup) => services
    .AddStorage(setup.Options.Storage)
    .AddControl(AgentHost.Version);
