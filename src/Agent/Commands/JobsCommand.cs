using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Rigshift.Agent.Control;
using Rigshift.Rules;

namespace Rigshift.Agent.Commands;

internal static class JobsCommand
{
    private static readonly string[] Head = ["ATTEMPT", "JOB", "NAME", "RUNTIME", "STATE", "OUTCOME", "BEGAN (UTC)", "DETAIL"];

    /// <summary>Enough of a UUID to tell a rig's jobs apart, and what <c>logs</c> takes.</summary>
    private const int ShortId = 8;

    private const int DetailWidth = 60;

    public static Command Create(Globals globals, Terminal terminal)
    {
        var command = new Command("jobs", "List the attempts on this rig, newest first. Exit code 3 when the agent is not running.");
        command.SetAction(async (parsed, cancellation) =>
        {
            var paths = globals.Paths(parsed);
            var (report, exitCode) = await Asking.AskAsync(
                paths, "jobs", reply => reply.Jobs, () => ControlAnswers.OfflineJobs(paths), terminal, cancellation);
            if (report is null)
            {
                return exitCode;
            }

            if (parsed.GetValue(globals.Json))
            {
                terminal.Line(JsonSerializer.Serialize(report, CommandsJson.Default.JobsReport));
            }
            else if (report.Attempts.Count == 0)
            {
                terminal.Line("No attempts on record.");
            }
            else
            {
                Table.Write(terminal.Output, Head, [.. report.Attempts.Select(Row)]);
            }

            return exitCode;
        });
        return command;
    }

    private static IReadOnlyList<string> Row(AttemptLine line) =>
    [
        line.AttemptId[..ShortId],
        line.JobId[..ShortId],
        SafeText.ForTerminal(line.Name),
        line.Runtime,
        line.State,
        line.Outcome is null ? "" : line.Reason.Length == 0 ? line.Outcome : $"{line.Outcome}: {line.Reason}",
        DateTimeOffset.FromUnixTimeMilliseconds(line.CreatedUnixMs).ToString("MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        Cut(SafeText.ForTerminal(line.Detail)),
    ];

    private static string Cut(string text) => text.Length <= DetailWidth ? text : text[..DetailWidth] + "…";
}
