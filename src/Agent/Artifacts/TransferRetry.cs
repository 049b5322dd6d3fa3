using Polly;
using Polly.Retry;

namespace Rigshift.Agent.Artifacts;

/// <summary>Pauses between tries of a transfer: exponential with full jitter, in the agent's own time.</summary>
internal static class TransferRetry
{
    /// <param name="retries">Tries after the first; int.MaxValue is for ever.</param>
    /// <param name="failed">Told of each failure before the pause.</param>
    public static ResiliencePipeline<TransferResult> Create(ArtifactsOptions options, int retries, TimeProvider time, Action<TransferResult, TimeSpan> failed) =>
        new ResiliencePipelineBuilder<TransferResult> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<TransferResult>
            {
                ShouldHandle = arguments => ValueTask.FromResult(arguments.Outcome.Exception is null && arguments.Outcome.Result.Retry),
                MaxRetryAttempts = retries,
                Delay = options.RetryBase,
                MaxDelay = options.RetryCap,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                OnRetry = arguments =>
                {
                    failed(arguments.Outcome.Result, arguments.RetryDelay);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
}
