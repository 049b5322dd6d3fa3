using System.Diagnostics.CodeAnalysis;
using Rigshift.Coordinator.Commands;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Demo;

/// <summary>The demo from the first file to the picture. Whatever happens, it leaves nothing running that it was not asked to keep.</summary>
[SuppressMessage("Reliability", "CA2000", Justification = "Each is ended in a finally, or left running when that was asked for.")]
internal sealed class DemoRun(Screen screen, TimeProvider time, DemoOptions options)
{
    private readonly DemoClock clock = new(time);

    public async Task<DemoReport> RunAsync(CancellationToken cancellation)
    {
        var places = DemoPlaces.Find();
        var state = DemoState.Create(options.StateDirectory);
        var succeeded = false;
        try
        {
            var report = await WithCoordinatorAsync(places, state, cancellation);
            succeeded = true;
            return report;
        }
        finally
        {
            if (cancellation.IsCancellationRequested)
            {
                state.Delete();
                screen.ErrorLine("The demo was interrupted; everything it started is stopped.");
            }
            else if (succeeded && !options.Keep)
            {
                state.Delete();
            }
            else if (!succeeded)
            {
                screen.ErrorLine($"The demo failed; what it left is in {state.Root}.");
            }
        }
    }

    private async Task<DemoReport> WithCoordinatorAsync(DemoPlaces places, DemoState state, CancellationToken cancellation)
    {
        screen.Line("Starting a coordinator on this machine …", Tone.Dim);
        var coordinator = options.Keep
            ? await DemoCoordinator.StartKeptAsync(state, time, cancellation)
            : await DemoCoordinator.StartInProcessAsync(state.Coordinator, cancellation);
        var agent = new DemoAgent(places, state, coordinator.Connection, time, options.Keep);
        var finished = false;
        try
        {
            clock.Mark("coordinator");
            screen.Line($"Coordinator {coordinator.Connection.Url.OriginalString.TrimEnd('/')}, its database in {state.Coordinator}");
            var rig = await StartRigAsync(agent, cancellation);
            var report = await RunJobAsync(coordinator, agent, rig, places, state, cancellation);
            finished = true;
            Finish(report);
            return report;
        }
        finally
        {
            if (finished && options.Keep)
            {
                agent.Release();
                coordinator.Release();
            }
            else
            {
                agent.Dispose();
                await coordinator.DisposeAsync();
            }
        }
    }

    private async Task<RigStatus> StartRigAsync(DemoAgent agent, CancellationToken cancellation)
    {
        screen.Line("Enrolling an agent with a one-time token …", Tone.Dim);
        await agent.EnrollAsync(cancellation);
        clock.Mark("enroll");
        var rig = await agent.StartAsync(cancellation);
        clock.Mark("connect");
        screen.Line(DemoAgent.Describe(rig));
        if (rig.Host.GpuNote.Length > 0)
        {
            screen.Line(rig.Host.GpuNote, Tone.Warn);
        }

        screen.Line();
        return rig;
    }

    private async Task<DemoReport> RunJobAsync(
        DemoCoordinator coordinator, DemoAgent agent, RigStatus rig, DemoPlaces places, DemoState state, CancellationToken cancellation)
    {
        var work = new DemoJob(coordinator.Connection, agent, screen, time);
        try
        {
            await work.SubmitAsync(places.JobFile, cancellation);
            clock.Mark("submit");
            var job = await work.WatchAsync(cancellation);
            clock.Mark("job");
            await ResultsCommand.FetchAsync(coordinator.Connection, job, state.Outputs, screen, cancellation);
            clock.Mark("results");
            screen.Line();
            var predictions = Predictions.Read(Path.Combine(state.Outputs, "predictions.csv"), places.LabelsFile);
            predictions.Show(screen);
            var picture = DrawPicture(predictions, places);
            clock.Mark("picture");
            clock.End();
            return new DemoReport(
                job.JobId, predictions.All.Count, predictions.Labelled, predictions.Right, predictions.Accuracy, picture, DemoRig.From(rig), clock.Seconds, predictions.All,
                coordinator.Pid is { } pid && agent.Pid is { } agentPid ? new DemoKept(state.Root, coordinator.Connection.Url.OriginalString.TrimEnd('/'), pid, agentPid) : null);
        }
        finally
        {
            await work.CancelAsync();
        }
    }

    private string DrawPicture(Predictions predictions, DemoPlaces places)
    {
        var directory = Path.GetFullPath(options.StateDirectory ?? "rigshift-demo");
        Directory.CreateDirectory(directory);
        var file = Path.Combine(directory, "digits.png");
        using var stream = File.Create(file);
        ContactSheet.Draw(predictions, places.ImageDirectory).SavePng(stream);
        return file;
    }

    private void Finish(DemoReport report)
    {
        screen.Line($"{report.Right} of {report.Labelled} images are right: accuracy {Wording.Percent(report.Accuracy ?? 0)}.", Tone.Good);
        screen.Line($"Look at them: {report.Picture}");
        screen.Line($"All in {Wording.Span(TimeSpan.FromSeconds(report.Seconds["total"]))}, the job itself in {Wording.Span(TimeSpan.FromSeconds(report.Seconds["job"]))}.");
        if (report.Kept is { } kept)
        {
            DemoKeepNotes.Show(screen, kept, report.JobId);
        }
    }
}
