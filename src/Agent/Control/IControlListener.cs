namespace Rigshift.Agent.Control;

/// <summary>Where the CLI finds the service. The system's permissions decide who may connect.</summary>
internal interface IControlListener : IDisposable
{
    /// <summary>The next caller.</summary>
    ValueTask<Stream> AcceptAsync(CancellationToken cancellation);
}
