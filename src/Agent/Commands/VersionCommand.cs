using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json;
using Rigshift.Agent.Hosting;

namespace Rigshift.Agent.Commands;

internal static class VersionCommand
{
    public static Command Create(Globals globals, Terminal terminal)
    {
        var command = new Command("version", "Print the version.");
        command.SetAction(parsed =>
        {
            var report = new VersionReport(AgentHost.Version, RuntimeInformation.RuntimeIdentifier);
            terminal.Line(parsed.GetValue(globals.Json)
                ? JsonSerializer.Serialize(report, CommandsJson.Default.VersionReport)
                : $"rigshift {report.Version} ({report.Platform})");
            return ExitCode.Ok;
        });
        return command;
    }
}

internal sealed record VersionReport(string Version, string Platform);
