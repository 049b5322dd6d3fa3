using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Jobs;

/// <summary>A result's digest is made from the record alone, so every resend carries the same one.</summary>
internal static class AttemptResults
{
    public static Digest DigestOf(AttemptRecord record) => ResultDigest.Compute(
        record.Id.Value,
        (int)(record.Outcome?.Outcome ?? Outcome.Unknown),
        record.Outcome?.Reason ?? "",
        record.Outcome?.ExitCode,
        record.Outputs.Select(output => (output.Path, output.Digest, (ulong)output.SizeBytes)));
}
