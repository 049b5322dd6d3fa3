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
            var report = new VersionReport(AgentHost.Version, AgentHost.FullVersion.Split('+') is [_, var commit] ? commit : "", RuntimeInformation.RuntimeIdentifier);
            terminal.Line(parsed.GetValue(globals.Json)
                ? JsonSerializer.Serialize(report, CommandsJson.Default.VersionReport)
                : $"rigshift {report.Version} ({report.Platform}{(report.Commit.Length > 0 ? ", " + report.Commit[..Math.Min(12, report.Commit.Length)] : "")})");
            return ExitCode.Ok;
        });
        return command;
    }
}

internal sealed record VersionReport(string Version, string Commit, string Platform);
