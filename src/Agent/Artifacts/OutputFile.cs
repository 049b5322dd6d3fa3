using Microsoft.Win32.SafeHandles;
using Rigshift.Agent.Interop.Linux;
using Rigshift.Rules;

namespace Rigshift.Agent.Artifacts;

/// <summary>Opens an output for reading so that no link is followed on the way, whatever was exchanged since the walk.</summary>
internal static class OutputFile
{
    /// <summary>The open plain file, or why it is none.</summary>
    public static (SafeFileHandle? File, ArtifactFault? Fault) Open(string root, ArtifactPath path)
    {
        var shown = $"The output '{path}'";
        if (!OperatingSystem.IsLinux())
        {
            return OpenByPath(root, path, shown);
        }

#pragma warning disable CA2000 // Handed to the caller, or disposed below.
        var file = UnixFile.OpenBeneath(root, path.Segments, out var errno);
#pragma warning restore CA2000
        if (file is null)
        {
            return (null, new ArtifactFault(Reason.DiskError, $"{shown} cannot be opened (errno {errno})."));
        }

        if (UnixFile.Stat(file) is { Type: UnixFileType.Regular })
        {
            return (file, null);
        }

        file.Dispose();
        return (null, new ArtifactFault(Reason.OutputSpecialFile, $"{shown} is not a plain file."));
    }

    private static (SafeFileHandle? File, ArtifactFault? Fault) OpenByPath(string root, ArtifactPath path, string shown)
    {
        var at = root;
        foreach (var segment in path.Segments)
        {
            at = Path.Combine(at, segment);
            if (File.GetAttributes(at).HasFlag(FileAttributes.ReparsePoint))
            {
                return (null, new ArtifactFault(Reason.OutputLink, $"{shown} lies behind a link."));
            }
        }

        return (File.OpenHandle(at, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), null);
    }
}
