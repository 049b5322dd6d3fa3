using System.CommandLine;
using System.Runtime.InteropServices;
using Rigshift.Coordinator.Commands;

namespace Rigshift.Coordinator.Demo;

/// <summary><c>demo</c></summary>
internal static class DemoCommand
{
    public static Command Create(Screen screen, TimeProvider time)
    {
        var command = new Command("demo", "Show it all on this machine: a coordinator, a rig, a real AI job and its results");
        var keep = new Option<bool>("--keep") { Description = "Leave the coordinator and the rig running, and say what to try next" };
        var json = new Option<bool>("--json") { Description = "Print one JSON result; messages go to standard error" };
        var directory = new Option<string?>("--state-dir") { Description = "Where everything is kept; without it, a temporary directory", HelpName = "DIR" };
        command.Add(keep);
        command.Add(json);
        command.Add(directory);
        command.SetAction((parse, cancellation) => CommandRunner.RunAsync(screen, async () =>
        {
            var asJson = parse.GetValue(json);
            var demo = new DemoRun(asJson ? screen.OnError() : screen, time, new DemoOptions(parse.GetValue(keep), parse.GetValue(directory)));

            // A closed terminal would end this process at once and leave its agent behind.
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            using var hangup = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
            {
                signal.Cancel = true;
                stop.Cancel();
            });
            var report = await demo.RunAsync(stop.Token);
            if (asJson)
            {
                ViewJson.Write(screen, report, ViewJson.Default.DemoReport);
            }

            return ExitCode.Ok;
        }));
        return command;
    }
}
