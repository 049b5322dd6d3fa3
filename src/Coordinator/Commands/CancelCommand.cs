using System.CommandLine;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Commands;

/// <summary><c>cancel JOB</c></summary>
internal static class CancelCommand
{
    public static Command Create(Screen screen)
    {
        var command = new Command("cancel", "Stop a job wherever it is");
        var job = JobsCommand.JobArgument();
        var connect = new OperatorOptions();
        command.Add(job);
        connect.AddTo(command);
        command.SetAction((parse, cancellation) => CommandRunner.RunAsync(screen, async () =>
        {
            using var connection = connect.Connect(parse);
            var found = await JobsCommand.FindAsync(connection, parse.GetRequiredValue(job), cancellation);
            var id = Wording.ShortId(found.JobId);
            if (Wording.HasEnded(found))
            {
                screen.Line($"Job {id} had ended already: {Wording.Name(found.State)}.");
                return ExitCode.Ok;
            }

            var after = await connection.Jobs.CancelAsync(new CancelJobRequest { JobId = found.JobId }, cancellationToken: cancellation);
            screen.Line(Wording.HasEnded(after)
                ? $"Job {id} is {Wording.Name(after.State)}."
                : $"Job {id} is being cancelled; its rig has been told. Look: rigshift-coordinator jobs show {id}");
            return ExitCode.Ok;
        }));
        return command;
    }
}
