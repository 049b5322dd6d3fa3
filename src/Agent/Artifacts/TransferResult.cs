namespace Rigshift.Agent.Artifacts;

/// <summary>How one try of a transfer ended. No fault: done. A fault that may pass is tried again.</summary>
internal readonly record struct TransferResult(ArtifactFault? Fault, bool Retry)
{
    public static TransferResult Done => default;

    public static TransferResult Final(string reason, string detail) => new(new ArtifactFault(reason, detail), false);

    public static TransferResult Transient(string reason, string detail) => new(new ArtifactFault(reason, detail), true);
}
