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

    // 48 KiB at 8 kbit/s, the slowest link that is of any use.
    private static readonly TimeSpan LogTimeout = TimeSpan.FromSeconds(60);

    /// <summary>Retry with jitter outside, a timeout per try inside.</summary>
    public static ResiliencePipeline Unary(TimeProvider time) => Pipeline(time, TryTimeout);

    /// <summary>The same for a chunk of a log, which may be large for its link.</summary>
    public static ResiliencePipeline Log(TimeProvider time) => Pipeline(time, LogTimeout);

    private static ResiliencePipeline Pipeline(TimeProvider time, TimeSpan timeout) =>
        new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = Attempts - 1,
                Delay = FirstDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                ShouldHandle = args => ValueTask.FromResult(IsTransient(args.Outcome.Exception)),
            })
            .AddTimeout(timeout)
            .Build();

    private static bool IsTransient(Exception? exception) => exception is TimeoutRejectedException
        || exception is RpcException { StatusCode: StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Internal or StatusCode.Unknown };
}
