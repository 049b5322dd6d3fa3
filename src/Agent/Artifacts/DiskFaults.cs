using Rigshift.Agent.Storage;
using Rigshift.Rules;

namespace Rigshift.Agent.Artifacts;

/// <summary>What a disk refuses, as a fault with its reason code.</summary>
internal static class DiskFaults
{
    public static bool IsOfTheDisk(Exception e) => e is IOException or UnauthorizedAccessException;

    public static ArtifactFault Fault(Exception e, string path) => StorageFaults.IsDiskFull(e)
        ? new ArtifactFault(Reason.DiskFull, $"The disk that holds {path} is full.")
        : new ArtifactFault(Reason.DiskError, $"{path} cannot be written or read: {SafeText.ForMessage(e.Message)}");
}
