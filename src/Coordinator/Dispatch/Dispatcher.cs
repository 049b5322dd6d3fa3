using System.Threading.Channels;
using Rigshift.Coordinator.Leases;

namespace Rigshift.Coordinator.Dispatch;

/// <summary>Runs the dispatch core: one input at a time, at once; what it decides is carried out without waiting.</summary>
internal sealed partial class Dispatcher(MonotonicClock clock, TimeProvider time, DispatchTimes times, ILogger<Dispatcher> logger)
{
    private static readonly DispatchInput Tick = new DispatchInput.Tick();

    private readonly Channel<DispatchInput> inputs = Channel.CreateUnbounded<DispatchInput>(new UnboundedChannelOptions { SingleReader = true });
    private volatile DispatchState state = DispatchState.Empty;

    /// <summary>What dispatch knows now; for readers who explain why a job waits.</summary>
    public DispatchState State => state;

    public bool IsHeld(JobNeed job) => state.Hold.Covers(job, clock.Now);

    public void Post(DispatchInput input) => inputs.Writer.TryWrite(input);

    /// <param name="assign">Starts an assignment; must not block and must not throw.</param>
    public async Task RunAsync(Action<Assignment> assign, CancellationToken cancellation)
    {
        try
        {
            while (true)
            {
                while (inputs.Reader.TryRead(out var input))
                {
                    Take(input, assign);
                }

                if (!await WaitAsync(cancellation))
                {
                    Take(Tick, assign);
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            Log.DispatchStopped(logger); // The coordinator stops; what waits is on record.
        }
    }

    private void Take(DispatchInput input, Action<Assignment> assign)
    {
        var (next, assignments) = DispatchCore.Step(state, input, clock.Now, times);
        state = next;
        foreach (var assignment in assignments)
        {
            assign(assignment);
        }
    }

    /// <summary>True: there is an input. False: the time has come when waiting alone changes something.</summary>
    private async Task<bool> WaitAsync(CancellationToken cancellation)
    {
        var now = clock.Now;
        if (DispatchCore.NextWake(state, now, times) is not { } wake)
        {
            return await inputs.Reader.WaitToReadAsync(cancellation);
        }

        using var alarm = new CancellationTokenSource(wake - now, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(alarm.Token, cancellation);
        try
        {
            return await inputs.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false; // The alarm.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3300, LogLevel.Debug, "DispatchStopped")]
        public static partial void DispatchStopped(ILogger logger);
    }
}
