using System.Runtime.InteropServices;

namespace Rigshift.Coordinator.Serving;

/// <summary>What the verb <c>serve</c> does: runs until it is asked to stop.</summary>
internal static class ServeRun
{
    /// <summary>Returns the exit code: 0 stopped on request, 1 could not start (the reason is on <paramref name="errors"/>).</summary>
    public static async Task<int> RunAsync(CoordinatorOptions options, TextWriter errors, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, stop));
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, stop));
        try
        {
            await using var server = await CoordinatorServer.StartAsync(options, stop.Token);
            await server.Stopped.WaitAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0; // Asked to stop; the server is disposed by now.
        }
        catch (StartException e)
        {
            await errors.WriteLineAsync(e.Message);
            return 1;
        }

        return 0;
    }

    private static void Stop(PosixSignalContext signal, CancellationTokenSource stop)
    {
        signal.Cancel = true;
        stop.Cancel();
    }
}
