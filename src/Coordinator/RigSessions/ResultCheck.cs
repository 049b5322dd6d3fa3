using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>Makes a rig's result fit to keep: a path that leaves its directory must not reach a job owner's disk.</summary>
internal static class ResultCheck
{
    public static AttemptResult Clean(AttemptResult result)
    {
        var clean = result.Clone();
        clean.Reason = Short(clean.Reason);
        clean.Detail = Short(clean.Detail);
        if (clean.Outcome is not (Outcome.Succeeded or Outcome.Failed or Outcome.Cancelled or Outcome.LeaseLost))
        {
            // A newer agent's outcome: all that is sure is that it did not succeed here.
            clean.Outcome = Outcome.Unknown;
        }

        foreach (var output in result.Outputs)
        {
            if (!ArtifactPath.TryCreate(output.Path, out _, out var fault))
            {
                clean.Outputs.Clear();
                clean.Outcome = Outcome.Failed;
                clean.Reason = Reason.OutputUnsafePath;
                clean.Detail = $"The output '{SafeText.ForMessage(output.Path)}' {fault}.";
                break;
            }
        }

        return clean;
    }

    private static string Short(string text) => text.Length > ProtocolLimits.MaxDetailLength ? text[..ProtocolLimits.MaxDetailLength] : text;
}
