using System.Collections.Frozen;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Store;

/// <summary>Whose fault a failed attempt is, by its reason code. A code that is not known here may be either's.</summary>
internal static class AttemptBlame
{
    /// <summary>The program or its files: another rig would say the same.</summary>
    private static readonly FrozenSet<string> Job = FrozenSet.Create(
        Reason.ModelInvalid, Reason.InputInvalid, Reason.SpecInvalid, Reason.ArtifactMissing, Reason.Timeout, Reason.Poison,
        Reason.OutputUnsafePath, Reason.OutputLink, Reason.OutputSpecialFile, Reason.OutputTooMany, Reason.OutputTooLarge, Reason.OutputUnreadable);

    /// <summary>The rig is broken: neither its next job will do better.</summary>
    private static readonly FrozenSet<string> BrokenRig = FrozenSet.Create(
        Reason.DiskError, Reason.DiskFull, Reason.StuckInKernel, Reason.DigestMismatch, Reason.RuntimeUnavailable, Reason.RuntimeDisabled, Reason.InternalError);

    /// <summary>Things that happen to a sound rig.</summary>
    private static readonly FrozenSet<string> Mishap = FrozenSet.Create(
        Reason.Drained, Reason.HostRestarted, Reason.HandleLost, Reason.DownloadFailed, Reason.LeaseLost, Reason.Cancelled, Reason.Superseded);

    public static bool CountsForJob(string reason) => !BrokenRig.Contains(reason) && !Mishap.Contains(reason);

    public static bool CountsForRig(string reason) => !Job.Contains(reason) && !Mishap.Contains(reason);
}
