using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Control;

/// <summary>Answers the CLI. A caller that says nothing, too much or nonsense costs one connection and nothing else.</summary>
internal sealed partial class ControlService(AgentPaths paths, ControlAnswers answers, TimeProvider time, ILogger<ControlService> log) : BackgroundService
{
    /// <summary>A person's shell needs one or two; beyond that callers wait.</summary>
    private const int MaxCallers = 4;

    /// <summary>The CLI asks at once; whoever has not asked by then never will.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>When the system has no descriptor left, trying again at once would only burn a core.</summary>
    private static readonly TimeSpan FaultPause = TimeSpan.FromMilliseconds(200);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // The agent does its work without the CLI: an endpoint that cannot be made is told, not fatal.
        using var listener = Open();
        if (listener is null)
        {
            return;
        }

        await Task.WhenAll(Enumerable.Range(0, MaxCallers).Select(_ => ServeAsync(listener, stoppingToken)));
    }

    private async Task ServeAsync(IControlListener listener, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var caller = await listener.AcceptAsync(stopping);
                await AnswerAsync(caller, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested) // The host stops.
            {
                return;
            }
            catch (Exception e) // One caller's trouble, or no descriptor left: never the service's end, and no spinning.
            {
                Log.CallerFailed(log, e.Message);
                await Task.Delay(FaultPause, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private IControlListener? Open()
    {
        try
        {
            return OperatingSystem.IsWindows() ? new PipeControlListener(paths.ControlEndpoint) : new UnixControlListener(paths.ControlEndpoint);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or System.Net.Sockets.SocketException) // A missing or foreign /run/rigshift.
        {
            Log.EndpointFailed(log, paths.ControlEndpoint, e.Message);
            return null;
        }
    }

    private async Task AnswerAsync(Stream caller, CancellationToken stopping)
    {
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, stopping);
        var reply = Answer(await ControlLine.ReadAsync(caller, ControlLine.MaxRequestBytes, either.Token));
        await ControlLine.WriteAsync(caller, JsonSerializer.SerializeToUtf8Bytes(reply, ControlJson.Default.ControlReply), either.Token);
    }

    private ControlReply Answer(string? line)
    {
        try
        {
            return JsonSerializer.Deserialize(line ?? "", ControlJson.Default.ControlRequest)?.Ask switch
            {
                "status" => new ControlReply(Status: answers.Status()),
                "jobs" => new ControlReply(Jobs: answers.Jobs()),
                _ => new ControlReply(Fault: "This agent does not know the question. Its version differs from this program's: restart the service."),
            };
        }
        catch (JsonException) // Not from our CLI.
        {
            return new ControlReply(Fault: "The question is not one line of JSON.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1200, LogLevel.Warning, "The control endpoint {Endpoint} could not be opened: {Fault} 'rigshift status' and 'jobs' read the state directory instead.", EventName = "EndpointFailed")]
        public static partial void EndpointFailed(ILogger logger, string endpoint, string fault);

        [LoggerMessage(1201, LogLevel.Debug, "A caller of the control endpoint got no answer: {Fault}", EventName = "CallerFailed")]
        public static partial void CallerFailed(ILogger logger, string fault);
    }
}
