using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Rigshift.Coordinator.Commands;
using Rigshift.Coordinator.JobFiles;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Demo;

/// <summary>The demo from the first file to the picture. Whatever happens, it leaves nothing running that it was not asked to keep.</summary>
[SuppressMessage("Reliability", "CA2000", Justification = "StopAsync ends the coordinator, or leaves it running when that was asked for.")]
internal sealed class DemoRun(Screen screen, TimeProvider time, DemoOptions options)
{
    // The job takes seconds; a minute without a sign of life means that something hangs.
    private static readonly TimeSpan StallAfter = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan CheckEvery = TimeSpan.FromMilliseconds(250);

    // To cancel a running job on the way out, so that its worker ends before its agent.
    private static readonly TimeSpan CancelWithin = TimeSpan.FromSeconds(5);

    private readonly DemoClock clock = new(time);
    private AgentChild? agent;
    private Process? keptAgent;
    private Job? job;

    public async Task<DemoReport> RunAsync(CancellationToken cancellation)
    {
        var places = DemoPlaces.Find();
        var state = DemoState.Create(options.StateDirectory);
        var succeeded = false;
        try
        {
            var report = await RunStagesAsync(places, state, cancellation);
            succeeded = true;
            return report;
        }
        finally
        {
            if ((succeeded && !options.Keep) || cancellation.IsCancellationRequested)
            {
                state.Delete();
            }
            else if (!succeeded)
            {
                screen.ErrorLine($"The demo failed; what it left is in {state.Root}.");
            }
        }
    }

    private async Task<DemoReport> RunStagesAsync(DemoPlaces places, DemoState state, CancellationToken cancellation)
    {
        screen.Line("Starting a coordinator on this machine …", Tone.Dim);
        var coordinator = options.Keep
            ? await DemoCoordinator.StartKeptAsync(state, time, cancellation)
            : await DemoCoordinator.StartInProcessAsync(state.Coordinator, cancellation);
        var finished = false;
        try
        {
            clock.Mark("coordinator");
            screen.Line($"Coordinator {coordinator.Connection.Url.OriginalString}, its database in {state.Coordinator}");
            var rig = await StartRigAsync(new DemoAgent(places, state, coordinator.Connection, time), cancellation);
            var predictions = await RunJobAsync(coordinator.Connection, places, state, cancellation);
            var picture = DrawPicture(predictions, places);
            clock.End();
            var report = Report(predictions, picture, rig, state, coordinator);
            finished = true;
            Finish(report);
            return report;
        }
        finally
        {
            await StopAsync(coordinator, finished);
        }
    }

    private async Task<RigStatus> StartRigAsync(DemoAgent demo, CancellationToken cancellation)
    {
        screen.Line("Enrolling an agent with a one-time token …", Tone.Dim);
        await demo.EnrollAsync(cancellation);
        clock.Mark("enroll");
        if (options.Keep)
        {
            keptAgent = demo.StartKept();
        }
        else
        {
            agent = demo.Start();
        }

        var rig = await demo.WaitAsync(CheckAgent, cancellation);
        clock.Mark("connect");
        screen.Line(DemoAgent.Describe(rig));
        if (rig.Host.GpuNote.Length > 0)
        {
            screen.Line(rig.Host.GpuNote, Tone.Warn);
        }

        return rig;
    }

    private async Task<Predictions> RunJobAsync(OperatorConnection connection, DemoPlaces places, DemoState state, CancellationToken cancellation)
    {
        screen.Line();
        var file = JobFileReader.ReadFile(places.JobFile);
        var local = file.Job ?? throw new CommandException(ExitCode.Failed, string.Join(Environment.NewLine, file.Faults));
        job = await SubmitCommand.SubmitAsync(connection, local, null, screen, time, cancellation);
        clock.Mark("submit");
        job = await WatchAsync(connection, job, cancellation);
        clock.Mark("job");
        if (job.State is not JobState.Succeeded)
        {
            JobReport.Show(screen, job, time.GetUtcNow());
            var why = $"The job did not succeed: {ReasonAdvice.For(job.Reason)}";
            throw agent?.Failure(why) ?? new CommandException(ExitCode.Failed, why);
        }

        await ResultsCommand.FetchAsync(connection, job, state.Outputs, screen, cancellation);
        clock.Mark("results");
        screen.Line();
        var predictions = Predictions.Read(Path.Combine(state.Outputs, "predictions.csv"), places.LabelsFile);
        predictions.Show(screen);
        return predictions;
    }

    private async Task<Job> WatchAsync(OperatorConnection connection, Job submitted, CancellationToken cancellation)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var lastChange = time.GetTimestamp();
        var watch = new JobWatcher(connection, new StatusLine(screen), time)
            .WatchAsync(submitted.JobId, _ => Interlocked.Exchange(ref lastChange, time.GetTimestamp()), watching.Token);
        try
        {
            while (await Task.WhenAny(watch, Task.Delay(CheckEvery, time, cancellation)) != watch)
            {
                cancellation.ThrowIfCancellationRequested();
                CheckAgent();
                if (time.GetElapsedTime(Interlocked.Read(ref lastChange)) > StallAfter)
                {
                    var what = $"The job did not move for {Wording.Span(StallAfter)}.";
                    throw agent?.Failure(what) ?? new CommandException(ExitCode.Failed, what);
                }
            }

            return await watch;
        }
        finally
        {
            await watching.CancelAsync();
            await Task.WhenAny(watch); // Its own fault is either returned above or of no interest any more.
        }
    }

    private void CheckAgent()
    {
        agent?.ThrowIfEnded();
        if (keptAgent is { HasExited: true })
        {
            throw new CommandException(ExitCode.Failed, $"The agent ended with exit code {keptAgent.ExitCode}, and the demo needs it. Its output is in agent.log.");
        }
    }

    private string DrawPicture(Predictions predictions, DemoPlaces places)
    {
        var directory = options.StateDirectory is { } named ? Path.GetFullPath(named) : Path.GetFullPath("rigshift-demo");
        Directory.CreateDirectory(directory);
        var file = Path.Combine(directory, "digits.png");
        using (var stream = File.Create(file))
        {
            ContactSheet.Draw(predictions, places.ImageDirectory).SavePng(stream);
        }

        clock.Mark("picture");
        return file;
    }

    private DemoReport Report(Predictions predictions, string picture, RigStatus rig, DemoState state, DemoCoordinator coordinator) => new(
        job?.JobId ?? "",
        predictions.All.Count,
        predictions.Labelled,
        predictions.Right,
        predictions.Accuracy,
        picture,
        new DemoRig(rig.RigId, rig.Host.Hostname, rig.Host.Os, rig.Host.CpuCores, rig.Host.MemoryBytes, JobView.Some(rig.Host.GpuNote)),
        clock.Seconds,
        predictions.All,
        coordinator.Pid is { } pid && keptAgent is not null ? new DemoKept(state.Root, coordinator.Connection.Url.OriginalString, pid, keptAgent.Id) : null);

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

    private async Task StopAsync(DemoCoordinator coordinator, bool finished)
    {
        if (finished && options.Keep)
        {
            coordinator.Release();
            keptAgent?.Dispose();
            return;
        }

        await CancelJobAsync(coordinator.Connection);
        agent?.Dispose();
        if (keptAgent is { HasExited: false })
        {
            keptAgent.Kill(entireProcessTree: true);
        }

        keptAgent?.Dispose();
        await coordinator.DisposeAsync();
    }

    private async Task CancelJobAsync(OperatorConnection connection)
    {
        if (job is null || Wording.HasEnded(job))
        {
            return;
        }

        using var bound = new CancellationTokenSource(CancelWithin, time);
        try
        {
            var after = await connection.Jobs.CancelAsync(new CancelJobRequest { JobId = job.JobId }, cancellationToken: bound.Token);
            while (!Wording.HasEnded(after))
            {
                await Task.Delay(CheckEvery, time, bound.Token);
                after = await connection.Jobs.GetAsync(new GetJobRequest { JobId = job.JobId }, cancellationToken: bound.Token);
            }
        }
        catch (Exception fault) when (fault is Grpc.Core.RpcException or OperationCanceledException)
        {
            // The agent's process tree is killed next in any case.
        }
    }
}
