using System.CommandLine;
using Rigshift.Coordinator.Demo;
using Rigshift.Coordinator.JobFiles;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Commands;

/// <summary>Everything a person can type.</summary>
internal static class CommandLine
{
    // A verb that was asked to stop has this long to put things in order, the demo's children included.
    private static readonly TimeSpan StopWithin = TimeSpan.FromSeconds(15);

    public static RootCommand Create(Screen screen, TimeProvider time)
    {
        var root = new RootCommand("The Rigshift coordinator: takes jobs, gives them to rigs, keeps their results.")
        {
            ServeCommand.Create(screen),
            DemoCommand.Create(screen, time),
            TokenCommand.Create(screen),
            SubmitCommand.Create(screen, time),
            JobsCommand.Create(screen, time),
            LogsCommand.Create(screen, time),
            CancelCommand.Create(screen),
            ResultsCommand.Create(screen),
            RigsCommand.Create(screen, time),
            VersionCommand.Create(screen),
        };
        return root;
    }

    public static async Task<int> RunAsync(string[] args, Screen screen, TimeProvider time, CancellationToken cancellation = default)
    {
        var parse = Create(screen, time).Parse(args);
        if (parse.Errors.Count > 0)
        {
            foreach (var error in Faults(parse))
            {
                screen.ErrorLine(error);
            }

            screen.ErrorLine($"See: rigshift-coordinator {CommandPath(parse)}--help");
            return ExitCode.BadUsage;
        }

        return await parse.InvokeAsync(new InvocationConfiguration
        {
            Output = screen.Out,
            Error = screen.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = StopWithin,
        }, cancellation);
    }

    // For an unknown verb the parser also says that a verb is missing: the one message with a guess is enough.
    private static IEnumerable<string> Faults(ParseResult parse)
    {
        var command = parse.CommandResult.Command;
        if (parse.UnmatchedTokens.Count == 0)
        {
            return parse.Errors.Select(e => e.Message);
        }

        var word = parse.UnmatchedTokens[0];
        var known = command.Subcommands.Select(c => c.Name).Concat(command.Options.Select(o => o.Name));
        var guess = Spelling.Nearest(word, known) is { } near ? $" Did you mean '{near}'?" : "";
        return [$"'{SafeText.ForMessage(word)}' is not known here.{guess}"];
    }

    private static string CommandPath(ParseResult parse)
    {
        var names = new List<string>();
        for (var at = parse.CommandResult; at.Parent is System.CommandLine.Parsing.CommandResult parent; at = parent)
        {
            names.Insert(0, at.Command.Name);
        }

        return names.Count == 0 ? "" : string.Join(' ', names) + " ";
    }
}
