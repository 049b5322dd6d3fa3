using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rigshift.Agent.Control;
using Rigshift.Agent.Hosting;
using Rigshift.Rules;

namespace Rigshift.Agent.Commands;

internal static class StatusCommand
{
    public static Command Create(Globals globals, Terminal terminal)
    {
        var command = new Command("status", "Say how the agent is. Exit code 3 when it is not running.");
        command.SetAction(async (parsed, cancellation) =>
        {
            var paths = globals.Paths(parsed);
            var (report, exitCode) = await Asking.AskAsync(
                paths, "status", reply => reply.Status, () => ControlAnswers.OfflineStatus(paths, AgentHost.Version), terminal, cancellation);
            if (report is not null)
            {
                Write(report, parsed.GetValue(globals.Json), terminal);
            }

            return exitCode;
        });
        return command;
    }

    private static void Write(StatusReport report, bool json, Terminal terminal)
    {
        if (json)
        {
            terminal.Line(JsonSerializer.Serialize(report, CommandsJson.Default.StatusReport));
            return;
        }

        var state = report.Running ? terminal.Good("running") : terminal.Bad("stopped");
        terminal.Line(report.Running ? $"Agent        {state}, version {report.Version}, process {report.Pid}, up {Span(report.UptimeS)}" : $"Agent        {state}");
        terminal.Line($"Rig          {report.RigId ?? "not enrolled: rigshift enroll --token TOKEN"}");
        if (report.Coordinator is { } coordinator)
        {
            terminal.Line($"Coordinator  {coordinator}");
        }

        if (report.Running)
        {
            terminal.Line($"Session      {(report.Link == "connected" ? terminal.Good(report.Link) : terminal.Bad(report.Link.Replace('_', ' ')))}{Detail(report.LinkDetail)}");
        }

        terminal.Line($"Attempts     {report.Attempts} not settled{(report.Attempts > 0 ? ": rigshift jobs" : "")}");
        if (report.Draining)
        {
            terminal.Line("Drained      takes no new work");
        }

        if (report.Recovering)
        {
            terminal.Line(terminal.Bad("Recovering") + "   the journal was lost or damaged; the agent is asking the coordinator what it was running");
        }

        terminal.Line($"State        {report.StateDir}");
    }

    private static string Detail(string detail) => detail.Length > 0 ? ": " + SafeText.ForTerminal(detail) : "";

    private static string Span(long? seconds)
    {
        var span = TimeSpan.FromSeconds(seconds ?? 0);
        return span.TotalDays >= 1 ? span.ToString(@"d\d\ h\h", CultureInfo.InvariantCulture)
            : span.TotalHours >= 1 ? span.ToString(@"h\h\ m\m", CultureInfo.InvariantCulture)
            : span.ToString(@"m\m\ s\s", CultureInfo.InvariantCulture);
    }
}
