namespace Rigshift.Coordinator.Serving;

/// <summary>A running coordinator. Disposing it ends every session in good order; nothing is lost.</summary>
internal sealed class CoordinatorServer : IAsyncDisposable
{
    private CoordinatorServer(Uri url, StatePaths paths, OperatorCredential credential)
    {
        Url = url;
        StateDirectory = paths.Root;
        OperatorCredential = credential;
    }

    /// <summary>Where it listens, with the port it got.</summary>
    public Uri Url { get; }

    public string StateDirectory { get; }

    public OperatorCredential OperatorCredential { get; }

    /// <summary>Completes when the coordinator has stopped.</summary>
    public Task Stopped { get; } = Task.CompletedTask;

    /// <exception cref="StartException">The directory, the address or the settings do not allow it; the message has the remedy.</exception>
    public static Task<CoordinatorServer> StartAsync(CoordinatorOptions options, CancellationToken cancellation = default) =>
        Task.FromException<CoordinatorServer>(new StartException($"Not built yet: {options.Listen} {cancellation.CanBeCanceled}"));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
