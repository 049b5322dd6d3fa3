using System.Globalization;
using System.Text;

namespace Rigshift.Rules;

/// <summary>One number for a whole result, so that a resend is told from a second, different result.</summary>
public static class ResultDigest
{
    /// <summary>
    /// SHA-256 over lines ended by LF: <c>attempt</c>, outcome number, reason, exit code or "-", then "path digest size" per output
    /// in ordinal order of the paths.
    /// </summary>
    public static Digest Compute(Guid attemptId, int outcome, string reason, int? exitCode, IEnumerable<(string Path, Digest Digest, ulong SizeBytes)> outputs)
    {
        var text = new StringBuilder();
        text.Append(attemptId.ToString("D")).Append('\n')
            .Append(outcome.ToString(CultureInfo.InvariantCulture)).Append('\n')
            .Append(reason).Append('\n')
            .Append(exitCode?.ToString(CultureInfo.InvariantCulture) ?? "-").Append('\n');
        foreach (var (path, digest, size) in outputs.OrderBy(o => o.Path, StringComparer.Ordinal))
        {
            text.Append(path).Append(' ').Append(digest).Append(' ').Append(size.ToString(CultureInfo.InvariantCulture)).Append('\n');
        }

        return Digest.Of(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
