using Grpc.Core;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace Rigshift.Agent.Sessions.Identity;

/// <summary>Retries of unary calls. The control stream has none: it is re-derived by the next Hello.</summary>
internal static class Resilience
{
    // Enroll is run by a person who waits; a minute in all is as long as anyone looks at a prompt.
    private const int Attempts = 4;
    private static readonly TimeSpan TryTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(500);

    /// <summary>Retry with jitter outside, a timeout per try inside.</summary>
    public static ResiliencePipeline Unary(TimeProvider time) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = Attempts - 1,
                Delay = FirstDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = args => ValueTask.FromResult(IsTransient(args.Outcome.Exception)),
            })
            .AddTimeout(TryTimeout)
            .Build();

    private static bool IsTransient(Exception? exception) => exception is TimeoutRejectedException
        || exception is RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal or StatusCode.Unknown };
}
