using Grpc.Core;
using Rigshift.Coordinator.Authority;
using Rigshift.Coordinator.Serving;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Logs;

/// <summary>Takes job logs from rigs.</summary>
internal sealed partial class RigLogsService(Callers callers, JobStore jobs, JobLogs logs, ILogger<RigLogsService> logger) : RigLogs.RigLogsBase
{
    public override Task<AppendLogReply> Append(AppendLogRequest request, ServerCallContext context)
    {
        var caller = callers.RequireRig(context);
        var attemptId = Guid.TryParse(request.AttemptId, out var id) ? id : Guid.Empty;
        if (jobs.Attempt(attemptId) is not { } attempt)
        {
            throw Refusal.Rpc(StatusCode.NotFound, Reason.AttemptUnknown);
        }

        if (attempt.RigId != caller.RigId)
        {
            throw Refusal.Rpc(StatusCode.PermissionDenied, Reason.AttemptUnknown, "The attempt is another rig's.");
        }

        Check(request);
        if (logs.Of(attemptId).Append(request.Stream, request.Offset, request.DroppedBytes, request.Data.Span, request.Last) is not { } next)
        {
            Log.LogQuotaUsed(logger, attemptId);
            throw Refusal.Rpc(StatusCode.ResourceExhausted, Reason.QuotaUsed);
        }

        logs.Publish(attemptId);
        return Task.FromResult(new AppendLogReply { NextOffset = next });
    }

    private static void Check(AppendLogRequest request)
    {
        if (request.Data.Length > ProtocolLimits.MaxLogChunkBytes || request.Stream is not (LogStream.Stdout or LogStream.Stderr))
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"A chunk has at most {ProtocolLimits.MaxLogChunkBytes} bytes and names a stream."));
        }

        if (Crc32.Of(request.Data.Span) != request.Crc32)
        {
            throw Refusal.Rpc(StatusCode.InvalidArgument, Reason.DigestMismatch, "The chunk's CRC-32 is not that of its bytes; send it again.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3700, LogLevel.Warning, "LogQuotaUsed {AttemptId}")]
        public static partial void LogQuotaUsed(ILogger logger, Guid attemptId);
    }
}
