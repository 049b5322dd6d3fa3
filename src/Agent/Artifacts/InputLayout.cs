using Rigshift.Agent.Model;
using Rigshift.Rules;

namespace Rigshift.Agent.Artifacts;

/// <summary>
/// Lays a cached artifact out for an attempt. Always a copy (which a file system that can share blocks makes without
/// copying), never a hard link: a job that runs as the agent's user could make a link writable and poison the cache for every
/// job after it.
/// </summary>
internal static class InputLayout
{
    private const UnixFileMode ReadOnly = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Execute = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Null when the input is there, also from before a restart. No link below the input directory is followed.</summary>
    public static ArtifactFault? Place(InputArtifact input, string cached, AttemptPaths paths, CancellationToken cancellation)
    {
        if (!ArtifactPath.TryCreate(input.Path, out var path, out var clause))
        {
            return new ArtifactFault(Reason.InputInvalid, $"The input '{SafeText.ForMessage(input.Path)}' {clause}.");
        }

        var segments = path.Segments;
        var directory = paths.Input;
        foreach (var segment in segments.Take(segments.Count - 1))
        {
            directory = Path.Combine(directory, segment);
            if (!EnsureDirectory(directory))
            {
                return new ArtifactFault(Reason.InputInvalid, $"The input '{path}' needs a directory where a link or another input lies.");
            }
        }

        var target = Path.Combine(directory, segments[^1]);
        if (Directory.Exists(target))
        {
            return new ArtifactFault(Reason.InputInvalid, $"The input '{path}' lies where another input needs a directory.");
        }

        // One that an earlier agent process laid out stays when it is whole: the job may be using it.
        if (!IsLink(target) && FileHash.Matches(target, input.Digest, input.SizeBytes, cancellation))
        {
            SetMode(target, input.Executable);
            return null;
        }

        // Under another name first, so that a job never sees half a file. Rename replaces a link, it does not follow it.
        var temporary = Path.Combine(paths.Root, "input-" + Guid.NewGuid().ToString("N"));
        File.Copy(cached, temporary);
        SetMode(temporary, input.Executable);
        File.Move(temporary, target, overwrite: true);
        return null;
    }

    private static bool EnsureDirectory(string path)
    {
        if (IsLink(path) || File.Exists(path))
        {
            return false;
        }

        Directory.CreateDirectory(path);
        return true;
    }

    private static bool IsLink(string path) => new FileInfo(path) is { Attributes: not (FileAttributes)(-1) and var attributes } && attributes.HasFlag(FileAttributes.ReparsePoint);

    // Not on Windows: there a read-only file cannot be deleted with its attempt.
    private static void SetMode(string path, bool executable)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, executable ? ReadOnly | Execute : ReadOnly);
        }
    }
}
