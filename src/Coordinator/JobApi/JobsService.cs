using System.Globalization;
using Grpc.Core;
using Rigshift.Coordinator.ArtifactApi;
using Rigshift.Coordinator.Authority;
using Rigshift.Coordinator.Dispatch;
using Rigshift.Coordinator.Logs;
using Rigshift.Coordinator.RigSessions;
using Rigshift.Coordinator.Serving;
using Rigshift.Coordinator.Store;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.JobApi;

/// <summary>What job owners can do.</summary>
internal sealed partial class JobsService(
    Callers callers, JobStore jobs, JobLookup lookup, JobView view, JobNews news, ArtifactShelf artifacts, SessionTable sessions, LogReply logs, JobLogs jobLogs, ILogger<JobsService> logger)
    : Jobs.JobsBase
{
    private const uint DefaultPage = 100;
    private const uint LargestPage = 1000;
    private const int LongestRequestId = 128;

    public override async Task<Job> Submit(SubmitRequest request, ServerCallContext context)
    {
        callers.RequireOperator(context);
        if (request.RequestId.Length > LongestRequestId)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"request_id has more than {LongestRequestId} characters."));
        }

        var faults = JobSpecCheck.Faults(request.Spec);
        if (faults.Count > 0)
        {
            throw Refusal.Rpc(StatusCode.InvalidArgument, Reason.SpecInvalid, string.Join('\n', faults));
        }

        CheckArtifacts(request.Spec);
        var (job, created) = await jobs.SubmitAsync(request.Spec, request.RequestId);
        if (created)
        {
            news.Submitted(job, request.Spec);
            Log.JobSubmitted(logger, job.Id, request.Spec.Name);
        }

        return view.Show(job);
    }

    public override Task<Job> Get(GetJobRequest request, ServerCallContext context)
    {
        callers.RequireOperator(context);
        return Task.FromResult(view.Show(lookup.Require(request.JobId)));
    }

    public override Task<ListJobsReply> List(ListJobsRequest request, ServerCallContext context)
    {
        callers.RequireOperator(context);
        var size = (int)Math.Min(request.PageSize == 0 ? DefaultPage : request.PageSize, LargestPage);
        var below = long.MaxValue;
        if (request.PageToken.Length > 0 && !long.TryParse(request.PageToken, NumberStyles.None, CultureInfo.InvariantCulture, out below))
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, "page_token is not one that this coordinator gave."));
        }

        var mask = request.States.Count == 0 ? -1 : request.States.Aggregate(0, (all, state) => all | (1 << (int)state));
        var rows = jobs.Page(below, mask, size + 1);
        var reply = new ListJobsReply();
        reply.Jobs.AddRange(rows.Take(size).Select(view.Show));
        if (rows.Count > size)
        {
            reply.NextPageToken = rows[size - 1].Sequence.ToString(CultureInfo.InvariantCulture);
        }

        return Task.FromResult(reply);
    }

    public override async Task Watch(WatchJobRequest request, IServerStreamWriter<Job> responseStream, ServerCallContext context)
    {
        callers.RequireOperator(context);
        var id = lookup.Require(request.JobId).Id;
        using var watch = news.Feed.Watch(id);
        while (jobs.Find(id) is { } row)
        {
            await responseStream.WriteAsync(view.Show(row), context.CancellationToken);
            if (row.HasEnded)
            {
                return;
            }

            await watch.NextAsync(context.CancellationToken);
        }
    }

    public override async Task<Job> Cancel(CancelJobRequest request, ServerCallContext context)
    {
        callers.RequireOperator(context);
        var id = lookup.Require(request.JobId).Id;
        if (await jobs.CancelAsync(id) is not { } cancelled)
        {
            throw Refusal.Rpc(StatusCode.NotFound, Reason.JobUnknown);
        }

        if (cancelled is { Order: { } order, RigId: { } rigId })
        {
            // Not connected: it is on record, and the rig hears of it at its next Hello.
            sessions.Find(rigId)?.TrySend(new CoordinatorMessage { Order = order });
        }

        Log.CancelRequested(logger, id, cancelled.Job.State);
        news.Moved(cancelled.Job);
        return view.Show(cancelled.Job);
    }

    public override async Task ReadLogs(ReadLogsRequest request, IServerStreamWriter<JobLogChunk> responseStream, ServerCallContext context)
    {
        callers.RequireOperator(context);
        var id = lookup.Require(request.JobId).Id;
        using var watch = news.Feed.Watch(id);
        while (true)
        {
            var attempts = jobs.Attempts(id);
            var attempt = attempts.LastOrDefault(a => request.AttemptNo == 0 || a.AttemptNo == request.AttemptNo);
            if (attempt is not null)
            {
                using var logWatch = jobLogs.Watch(attempt.Id);
                await logs.SendAsync(attempt, request, responseStream, watch, logWatch, context.CancellationToken);
                return;
            }

            if (!request.Follow || jobs.Find(id) is not { HasEnded: false })
            {
                return;
            }

            await watch.NextAsync(context.CancellationToken);
        }
    }

    private void CheckArtifacts(JobSpec spec)
    {
        var missing = artifacts.Missing(spec.Inputs.Select(input => input.Artifact.Digest));
        if (missing.Count > 0)
        {
            throw Refusal.Rpc(StatusCode.FailedPrecondition, Reason.ArtifactMissing, "Upload these first: " + string.Join(' ', missing));
        }

        var wrong = spec.Inputs.FirstOrDefault(input => (ulong?)artifacts.SizeOf(Digest.Parse(input.Artifact.Digest)) != input.Artifact.SizeBytes);
        if (wrong is not null)
        {
            throw Refusal.Rpc(StatusCode.InvalidArgument, Reason.SpecInvalid, $"spec.inputs: '{SafeText.ForMessage(wrong.Path)}' has another size than its artifact.");
        }
    }

    private static partial class Log
    {
        [LoggerMessage(3500, LogLevel.Information, "JobSubmitted {JobId} {Name}")]
        public static partial void JobSubmitted(ILogger logger, Guid jobId, string name);

        [LoggerMessage(3501, LogLevel.Information, "CancelRequested {JobId} {State}")]
        public static partial void CancelRequested(ILogger logger, Guid jobId, JobState state);
    }
}
