using System.Text;
using Rigshift.Agent.Interop.Linux;
using Rigshift.Rules;

namespace Rigshift.Agent.Artifacts;

/// <summary>
/// Finds what matches in an output directory. Nothing is followed or opened. What was there before the program's end is all
/// there is: the walk begins after nothing of the job runs any more.
/// </summary>
internal sealed class OutputWalk(string root, IReadOnlyList<OutputPattern> patterns)
{
    // ArtifactPath allows no deeper path, so nothing below can be an output.
    private const int MaxDepth = 32;

    private static readonly EnumerationOptions All = new() { AttributesToSkip = 0, IgnoreInaccessible = false, ReturnSpecialDirectories = false };

    private readonly List<ArtifactPath> found = [];
    private int manifestBytes;

    /// <summary>Paths in ordinal order, or the first thing that cannot be taken.</summary>
    public (IReadOnlyList<ArtifactPath> Paths, ArtifactFault? Fault) Run(CancellationToken cancellation)
    {
        if (IsLink(new DirectoryInfo(root)))
        {
            return ([], new ArtifactFault(Reason.OutputLink, "The output directory itself was replaced by a link."));
        }

        var waiting = new Stack<(DirectoryInfo Directory, string[] Names)>();
        waiting.Push((new DirectoryInfo(root), []));
        while (waiting.TryPop(out var next))
        {
            foreach (var entry in next.Directory.EnumerateFileSystemInfos("*", All))
            {
                cancellation.ThrowIfCancellationRequested();
                string[] names = [.. next.Names, entry.Name];
                if (entry is DirectoryInfo directory && !IsLink(entry) && names.Length < MaxDepth)
                {
                    waiting.Push((directory, names));
                }
                else if (patterns.Any(pattern => pattern.Matches(names)) && Add(entry, names) is { } fault)
                {
                    return ([], fault);
                }
            }
        }

        found.Sort((a, b) => string.CompareOrdinal(a.Value, b.Value));
        return (found, null);
    }

    private ArtifactFault? Add(FileSystemInfo entry, string[] names)
    {
        var shown = $"The output '{SafeText.ForMessage(string.Join('/', names))}'";
        // A name that is not UTF-8 is shown with U+FFFD, under which it cannot be opened or even looked at.
        if (names.Any(name => name.Contains('\uFFFD', StringComparison.Ordinal)))
        {
            return new ArtifactFault(Reason.OutputUnsafePath, $"{shown} has a name that is not UTF-8.");
        }

        if (IsLink(entry))
        {
            return new ArtifactFault(Reason.OutputLink, $"{shown} is a link.");
        }

        if (entry is DirectoryInfo)
        {
            return new ArtifactFault(Reason.OutputUnsafePath, $"{shown} is deeper than {MaxDepth} directories.");
        }

        if (!ArtifactPath.TryCreate(string.Join('/', names), out var path, out var clause))
        {
            return new ArtifactFault(Reason.OutputUnsafePath, $"{shown} {clause}.");
        }

        if (OperatingSystem.IsLinux() && UnixFile.Stat(entry.FullName) is not { Type: UnixFileType.Regular })
        {
            return new ArtifactFault(Reason.OutputSpecialFile, $"{shown} is a socket, pipe or device.");
        }

        found.Add(path);
        manifestBytes += Encoding.UTF8.GetByteCount(path.Value) + ProtocolLimits.OutputOverheadBytes;
        if (found.Count > ProtocolLimits.MaxOutputs)
        {
            return new ArtifactFault(Reason.OutputTooMany, $"There are more than {ProtocolLimits.MaxOutputs} output files.");
        }

        return manifestBytes > ProtocolLimits.MaxManifestBytes
            ? new ArtifactFault(Reason.OutputTooMany, $"The names of the {found.Count} output files so far are too long together for one result.")
            : null;
    }

    private static bool IsLink(FileSystemInfo entry) => entry.Attributes.HasFlag(FileAttributes.ReparsePoint);
}
