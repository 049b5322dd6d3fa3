using Grpc.Core;
using Rigshift.Coordinator.Serving;
using Rigshift.Coordinator.Store;
using Rigshift.Rules;

namespace Rigshift.Coordinator.JobApi;

/// <summary>Finds a job by its id or an unambiguous beginning of it.</summary>
internal sealed class JobLookup(JobStore jobs)
{
    private const int ShortestPrefix = 4;
    private const int IdLength = 36;

    /// <exception cref="RpcException">No such job, or more than one.</exception>
    public JobRow Require(string text)
    {
        if (Guid.TryParseExact(text, "D", out var id))
        {
            return jobs.Find(id) ?? throw Unknown(text);
        }

        if (text.Length is < ShortestPrefix or > IdLength || !text.All(c => char.IsAsciiHexDigit(c) || c == '-'))
        {
            throw Unknown(text);
        }

        var found = jobs.FindByPrefix(string.Create(text.Length, text, (to, from) => from.AsSpan().ToLowerInvariant(to)));
        return found.Count switch
        {
            0 => throw Unknown(text),
            1 => found[0],
            _ => throw new RpcException(new Status(StatusCode.InvalidArgument, $"'{text}' is the beginning of more than one job: write more of it.")),
        };
    }

    private static RpcException Unknown(string text) =>
        Refusal.Rpc(StatusCode.NotFound, Reason.JobUnknown, $"There is no job '{SafeText.ForMessage(text)}'. List them: rigshift-coordinator jobs.");
}
