using System.CommandLine;
using Rigshift.Coordinator.JobFiles;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary><c>rigs</c>, <c>rigs drain RIG</c> and <c>rigs resume RIG</c></summary>
internal static class RigsCommand
{
    private const int MinIdLength = 4;

    public static Command Create(Screen screen, TimeProvider time)
    {
        var command = new Command("rigs", "List the rigs");
        var watch = new Option<bool>("--watch", "-w") { Description = "Go on with each change; with --json one line per change" };
        var json = new Option<bool>("--json") { Description = "Print JSON" };
        var connect = new OperatorOptions();
        command.Add(watch);
        command.Add(json);
        connect.AddTo(command);
        command.Add(CreateDrain(screen));
        command.Add(CreateResume(screen));
        command.SetAction((parse, cancellation) => CommandRunner.RunAsync(screen, async () =>
        {
            using var connection = connect.Connect(parse);
            if (parse.GetValue(watch))
            {
                await new RigWatch(connection, screen, time, parse.GetValue(json)).RunAsync(cancellation);
                return ExitCode.Ok;
            }

            var reply = await connection.Fleet.ListRigsAsync(new ListRigsRequest(), cancellationToken: cancellation);
            if (parse.GetValue(json))
            {
                ViewJson.Write(screen, [.. reply.Rigs.Select(RigView.From)], ViewJson.Default.IReadOnlyListRigView);
            }
            else if (reply.Rigs.Count == 0)
            {
                screen.Line("There are no rigs. Make a token (rigshift-coordinator token create), then on the rig: rigshift enroll --coordinator URL --token TOKEN");
            }
            else
            {
                RigReport.List(screen, reply.Rigs, time.GetUtcNow());
            }

            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command CreateDrain(Screen screen)
    {
        var command = new Command("drain", "Give a rig no more jobs");
        var rig = RigArgument();
        var deadline = new Option<string?>("--deadline") { Description = "Stop what still runs after this time, like 10m; without it, let it finish", HelpName = "TIME" };
        var connect = new OperatorOptions();
        command.Add(rig);
        command.Add(deadline);
        connect.AddTo(command);
        command.SetAction((parse, cancellation) => CommandRunner.RunAsync(screen, async () =>
        {
            var seconds = parse.GetValue(deadline) is { } text ? TokenCommand.Seconds("--deadline", text) : 0;
            using var connection = connect.Connect(parse);
            var found = await FindAsync(connection, parse.GetRequiredValue(rig), cancellation);
            var after = await connection.Fleet.DrainAsync(new DrainRigRequest { RigId = found.RigId, DeadlineS = seconds }, cancellationToken: cancellation);
            screen.Line($"{RigReport.Name(after)} takes no more jobs. {Rest(after, seconds)} Undo: rigshift-coordinator rigs resume {Wording.ShortId(after.RigId)}");
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command CreateResume(Screen screen)
    {
        var command = new Command("resume", "Give a drained or quarantined rig jobs again");
        var rig = RigArgument();
        var connect = new OperatorOptions();
        command.Add(rig);
        connect.AddTo(command);
        command.SetAction((parse, cancellation) => CommandRunner.RunAsync(screen, async () =>
        {
            using var connection = connect.Connect(parse);
            var found = await FindAsync(connection, parse.GetRequiredValue(rig), cancellation);
            var after = await connection.Fleet.DrainAsync(new DrainRigRequest { RigId = found.RigId, Resume = true }, cancellationToken: cancellation);
            screen.Line($"{RigReport.Name(after)} takes jobs again.");
            return ExitCode.Ok;
        }));
        return command;
    }

    private static string Rest(RigStatus rig, uint seconds) => rig.AttemptIds.Count switch
    {
        0 => "It runs none.",
        var n when seconds > 0 => $"{n} on it are stopped after {Wording.Span(TimeSpan.FromSeconds(seconds))}.",
        var n => $"{n} on it finish first.",
    };

    private static Argument<string> RigArgument() => new("RIG") { Description = "The rig's id, its first characters (4 at least), or its hostname" };

    private static async Task<RigStatus> FindAsync(OperatorConnection connection, string name, CancellationToken cancellation)
    {
        var reply = await connection.Fleet.ListRigsAsync(new ListRigsRequest(), cancellationToken: cancellation);
        var found = reply.Rigs.Where(r => r.RigId == name || r.Host?.Hostname == name
            || (name.Length >= MinIdLength && r.RigId.StartsWith(name, StringComparison.OrdinalIgnoreCase))).ToList();
        var shown = SafeText.ForMessage(name);
        return found.Count switch
        {
            1 => found[0],
            0 => throw new CommandException(ExitCode.BadUsage, Spelling.Nearest(name, reply.Rigs.Select(r => r.Host?.Hostname ?? "").Where(n => n.Length > 0)) is { } near
                ? $"There is no rig '{shown}'; did you mean {SafeText.ForMessage(near)}?"
                : $"There is no rig '{shown}'. See them all: rigshift-coordinator rigs"),
            _ => throw new CommandException(ExitCode.BadUsage, $"'{shown}' names {found.Count} rigs: {string.Join(", ", found.Take(5).Select(RigReport.Name))}. Write more of the id."),
        };
    }
}
