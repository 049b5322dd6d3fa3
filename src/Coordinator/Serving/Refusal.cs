using Grpc.Core;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Serving;

/// <summary>How a call is refused: a status, a stable code in a trailer, a sentence for people.</summary>
internal static class Refusal
{
    /// <summary>Trailer with the reason code.</summary>
    public const string ReasonTrailer = "rigshift-reason";

    public static RpcException Rpc(StatusCode status, string reason, string? detail = null) =>
        new(new Status(status, detail ?? ReasonAdvice.For(reason)), new Metadata { { ReasonTrailer, reason } });
}
