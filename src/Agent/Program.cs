using Microsoft.Extensions.DependencyInjection;
using Rigshift.Agent.Commands;
using Rigshift.Agent.Hosting;

return await CommandLine.InvokeAsync(args, Terminal.Console(), AddRooms);

static void AddRooms(IServiceCollection services, AgentSetup setup)
{
}
