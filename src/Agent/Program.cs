using Microsoft.Extensions.DependencyInjection;
using Rigshift.Agent.Commands;
using Rigshift.Agent.Control;
using Rigshift.Agent.Hosting;
using Rigshift.Agent.Storage;

return await CommandLine.InvokeAsync(args, Terminal.Console(), AddRooms);

static void AddRooms(IServiceCollection services, AgentSetup setup) => services
    .AddStorage(setup.Options.Storage)
    .AddControl(AgentHost.Version);
