using System.CommandLine;
using System.Text.Json;
using Rigshift.Agent.Hosting;
using Rigshift.Agent.Hosting.Service;

namespace Rigshift.Agent.Commands;

internal static class ServiceCommand
{
    public static Command Create(Globals globals, Terminal terminal) => new("service", "Run the agent with the system: systemd or the Windows service manager.")
    {
        Verb("install", "Register the agent to start with the system. May be repeated.", service => service.Install(), globals, terminal),
        Verb("uninstall", "Stop the agent and its attempts and remove the registration; the state stays.", service => service.Uninstall(), globals, terminal),
        Verb("start", "Start the service now.", service => service.Start(), globals, terminal),
        Verb("stop", "Stop the service; running attempts go on.", service => service.Stop(), globals, terminal),
        Verb("status", "Say whether the service runs. Exit code 3 when it does not.", service => service.Status(), globals, terminal),
    };

    private static Command Verb(string name, string description, Func<IServiceRegistration, ServiceOutcome> call, Globals globals, Terminal terminal)
    {
        var command = new Command(name, description);
        command.SetAction(parsed =>
        {
            if (Registration(globals, parsed) is not { } registration)
            {
                return terminal.Fault(ExitCode.Failed, "This system has neither systemd nor the Windows service manager.");
            }

            var outcome = call(registration);
            if (parsed.GetValue(globals.Json))
            {
                terminal.Line(JsonSerializer.Serialize(new ServiceReport(outcome.ExitCode == ExitCode.Ok, outcome.State, outcome.Text), CommandsJson.Default.ServiceReport));
                return outcome.ExitCode;
            }

            if (outcome.ExitCode != ExitCode.Ok)
            {
                return terminal.Fault(outcome.ExitCode, outcome.Text);
            }

            terminal.Line(outcome.Text);
            return ExitCode.Ok;
        });
        return command;
    }

    private static IServiceRegistration? Registration(Globals globals, ParseResult parsed)
    {
        var relocated = parsed.GetValue(globals.StateDir) is not null;
        var ownConfig = parsed.GetValue(globals.Config) is not null;
        return OperatingSystem.IsWindows() ? new ScmRegistration(globals.Paths(parsed), relocated, ownConfig, TimeProvider.System)
            : OperatingSystem.IsLinux() ? new SystemdRegistration(globals.Paths(parsed), relocated, ownConfig)
            : null;
    }
}

internal sealed record ServiceReport(bool Ok, string State, string Text);
