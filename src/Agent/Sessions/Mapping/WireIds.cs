using System.Diagnostics.CodeAnalysis;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Sessions.Mapping;

/// <summary>Ids on the wire are lower-case UUIDs with dashes; what is not one names nothing here.</summary>
internal static class WireIds
{
    public static bool TryAttempt(string text, [NotNullWhen(true)] out AttemptId? id)
    {
        id = Guid.TryParseExact(text, "D", out var value) ? new AttemptId(value) : null;
        return id is not null;
    }

    public static bool TryJob(string text, [NotNullWhen(true)] out JobId? id)
    {
        id = Guid.TryParseExact(text, "D", out var value) ? new JobId(value) : null;
        return id is not null;
    }
}
