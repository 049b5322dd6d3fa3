using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Artifacts;

/// <summary>Turns what a job left into a list of digests.</summary>
internal static class OutputCollection
{
    public static CollectResult Collect(string root, IReadOnlyList<string> patterns, long maxBytes, CancellationToken cancellation)
    {
        try
        {
            if (!Directory.Exists(root))
            {
                return new CollectResult([], null);
            }

            var (paths, fault) = new OutputWalk(root, [.. patterns.Select(pattern => new OutputPattern(pattern))]).Run(cancellation);
            return fault is null ? Hash(root, paths, maxBytes, cancellation) : new CollectResult([], fault);
        }
        catch (UnauthorizedAccessException e) // The directory is the agent's own: only the job can have closed it, so the rig is not to blame.
        {
            return new CollectResult([], new ArtifactFault(Reason.OutputUnreadable, $"An output cannot be read: {SafeText.ForMessage(e.Message)}"));
        }
        catch (Exception e) when (DiskFaults.IsOfTheDisk(e)) // Reported with the path.
        {
            return new CollectResult([], DiskFaults.Fault(e, root));
        }
    }

    private static CollectResult Hash(string root, IReadOnlyList<ArtifactPath> paths, long maxBytes, CancellationToken cancellation)
    {
        var outputs = new List<OutputArtifact>(paths.Count);
        var left = maxBytes;
        foreach (var path in paths)
        {
            var (file, fault) = OutputFile.Open(root, path);
            if (file is null)
            {
                return new CollectResult([], fault);
            }

            using (file)
            {
                // The length first: a sparse file of a terabyte would take hours to hash.
                if (RandomAccess.GetLength(file) > left || FileHash.Compute(file, left, cancellation) is not { } hashed)
                {
                    return new CollectResult([], new ArtifactFault(Reason.OutputTooLarge, $"The outputs have more than {maxBytes} bytes; '{path}' was one too many."));
                }

                outputs.Add(new OutputArtifact(path.Value, hashed.Digest, hashed.SizeBytes));
                left -= hashed.SizeBytes;
            }
        }

        return new CollectResult(outputs, null);
    }
}
