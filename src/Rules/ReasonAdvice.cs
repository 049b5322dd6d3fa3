using System.Collections.Frozen;

namespace Rigshift.Rules;

/// <summary>For each reason code: what happened, and what the reader can do about it.</summary>
public static class ReasonAdvice
{
    private static readonly FrozenDictionary<string, string> Sentences = new Dictionary<string, string>
    {
        [Reason.ExitNonzero] = "The program ended with an error of its own. Read its log: logs JOB.",
        [Reason.KilledBySignal] = "The program was killed from outside or crashed. Read its log, and check the rig's memory.",
        [Reason.Timeout] = "The program ran longer than spec.timeout. Raise it, or give the job less to do.",
        [Reason.Cancelled] = "Somebody cancelled the job.",
        [Reason.LeaseLost] = "The rig was cut off for longer than its lease and stopped the attempt. The job is tried again.",
        [Reason.Drained] = "The rig was drained and its deadline came. The job is tried again.",
        [Reason.Superseded] = "A newer attempt of the job has taken over.",
        [Reason.LaunchFailed] = "The program could not be started. The detail has the system's answer; check spec.process.command.",
        [Reason.WorkerCrashed] = "The ONNX worker crashed. Try a smaller batch, or check the model with ONNX Runtime.",
        [Reason.ModelInvalid] = "ONNX Runtime refuses the model. Check it with onnx.checker and export it for a supported opset.",
        [Reason.InputInvalid] = "An input does not fit the model. The detail names it.",
        [Reason.ArtifactMissing] = "An artifact is not at the coordinator. Submit the job again, so that its files are uploaded.",
        [Reason.DigestMismatch] = "Bytes arrived that are not the artifact's, and were thrown away. If it repeats, suspect memory or disk.",
        [Reason.DownloadFailed] = "An artifact could not be fetched. The job is tried again.",
        [Reason.UploadFailed] = "An output could not be sent yet. The rig keeps it and tries again.",
        [Reason.OutputUnsafePath] = "The job left a file whose name is not safe everywhere. The detail names it; rename it in the job.",
        [Reason.OutputLink] = "The job left a link among its outputs. Links are never followed: write a copy.",
        [Reason.OutputSpecialFile] = "The job left a socket, pipe or device among its outputs. Only plain files are collected.",
        [Reason.OutputUnreadable] = "The job took the right to read from its own outputs. Leave them readable for the user that the job runs as.",
        [Reason.OutputTooMany] = "The job left too many output files. Pack them into one.",
        [Reason.OutputTooLarge] = "The outputs are larger than spec.resources.disk. Raise it.",
        [Reason.DiskFull] = "The rig's disk is full. Free space on the rig; the job is tried elsewhere.",
        [Reason.DiskError] = "The rig's disk refuses to read or write. Check the disk; the job is tried elsewhere.",
        [Reason.StateTooNew] = "A newer Rigshift wrote this state directory. Install that version again; nothing was changed.",
        [Reason.HostRestarted] = "The rig lost power or was rebooted while the job ran. The job is tried again.",
        [Reason.HandleLost] = "The program was gone when the agent came back, and left no record of how it ended. The job is tried again.",
        [Reason.StuckInKernel] = "The program does not die even when killed: a driver call hangs. Reboot the rig.",
        [Reason.InternalError] = "A fault in Rigshift itself. Please report it with the rig's log.",
        [Reason.RuntimeDisabled] = "The rig's owner has not turned this runtime on (Runtimes:Process:Enabled in agent.json).",
        [Reason.RuntimeUnavailable] = "The rig lacks a part that this runtime needs. The detail names it.",
        [Reason.StaleOffer] = "The assignment named an offer that the rig never made in this session. It is made again.",
        [Reason.NoCredit] = "The rig has no free place. The job waits.",
        [Reason.NotEnoughCpu] = "The rig has too few free CPU cores. The job waits.",
        [Reason.NotEnoughMemory] = "The rig has too little free memory. The job waits.",
        [Reason.NotEnoughDisk] = "The rig has too little free disk. Free space on the rig, or lower spec.resources.disk.",
        [Reason.NotEnoughGpus] = "The rig has too few free GPUs. The job waits.",
        [Reason.Draining] = "The rig is drained and takes no work.",
        [Reason.Tombstoned] = "The attempt was cancelled before it arrived.",
        [Reason.SpecInvalid] = "The rig cannot read the job. The detail names the field.",
        [Reason.Recovering] = "The rig's agent is still sorting out what it was running. The job waits.",
        [Reason.AcceptTimedOut] = "The rig did not answer an assignment. The job is tried elsewhere.",
        [Reason.FenceStale] = "A newer attempt owns the job.",
        [Reason.Poison] = "The job took the rig down twice, so this rig refuses it.",
        [Reason.CoordinatorStale] = "The rig has known a newer coordinator: this one is an old copy or another cluster's. Stop it, or enroll the rig again.",
        [Reason.NoRig] = "No rig is connected. Enroll one: token create, then rigshift enroll.",
        [Reason.NoRigFits] = "No connected rig offers what the job needs. Compare spec.resources with rigs.",
        [Reason.AttemptsExhausted] = "The job failed as often as spec.maxAttempts allows. Read its log, then submit it again.",
        [Reason.RigLost] = "The rig was not heard of before its lease ended. The job is tried again.",
        [Reason.RigFailing] = "Different jobs keep failing on this rig. Look at its log; then resume it.",
        [Reason.TokenUnknown] = "The coordinator does not know the token. Make a new one: rigshift-coordinator token create.",
        [Reason.TokenExpired] = "The token has expired. Make a new one: rigshift-coordinator token create.",
        [Reason.TokenUsed] = "The token has been used up. Make a new one: rigshift-coordinator token create.",
        [Reason.CsrInvalid] = "The certificate request is not one for an ECDSA P-256 key. Update the agent.",
        [Reason.CertificateRequired] = "The call came without a certificate that allows it. Enroll the rig, or use the coordinator's operator.json.",
        [Reason.CertificateExpired] = "The rig's certificate has ended. It is renewed with the next contact; if not, enroll the rig again.",
        [Reason.JobUnknown] = "The coordinator has no such job. List them: rigshift-coordinator jobs.",
        [Reason.AttemptUnknown] = "The coordinator has no record of the attempt. The rig keeps it and tries again.",
        [Reason.QuotaUsed] = "The attempt has written more log than the coordinator keeps. The job goes on; the rest of its log is dropped.",
        [Reason.Revoked] = "The operator has revoked this rig. Ask the operator for a new token.",
        [Reason.ExpiredTooLong] = "The rig was away for more than 90 days after its certificate ended. Enroll it again.",
        [Reason.StateGenStale] = "The rig's state is older than what the coordinator saw last: a restored or copied disk. Enroll it again.",
        [Reason.VersionUnsupported] = "The agent and the coordinator share no protocol version. Update the older one.",
        [Reason.ClusterMismatch] = "The rig belongs to another cluster. Enroll it here, or correct the URL.",
        [Reason.RigUnknown] = "The coordinator does not know the rig. Enroll it again.",
        [Reason.ReenrollAsClone] = "This looks like a copy of another rig's disk. Enroll it again under its own name.",
    }.ToFrozenDictionary();

    /// <summary>The codes that have advice: all of <see cref="Reason"/>.</summary>
    public static IEnumerable<string> Codes => Sentences.Keys;

    /// <summary>The sentence for a code; a code from a newer peer gets one that says so.</summary>
    public static string For(string reason) =>
        Sentences.TryGetValue(reason, out var sentence) ? sentence : $"Reason '{SafeText.ForMessage(reason)}' is newer than this program.";
}
