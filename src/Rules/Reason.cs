namespace Rigshift.Rules;

/// <summary>
/// Stable codes for how things end or why they are refused. On the wire, in journals and in logs they are these strings;
/// a code is never renamed. <see cref="ReasonAdvice"/> has the sentence and the remedy of each.
/// </summary>
public static class Reason
{
    // How an attempt ended.
    public const string ExitNonzero = "exit_nonzero";
    public const string KilledBySignal = "killed_by_signal";
    public const string Timeout = "timeout";
    public const string Cancelled = "cancelled";
    public const string LeaseLost = "lease_lost";
    public const string Drained = "drained";
    public const string Superseded = "superseded";
    public const string LaunchFailed = "launch_failed";
    public const string WorkerCrashed = "worker_crashed";
    public const string ModelInvalid = "model_invalid";
    public const string InputInvalid = "input_invalid";
    public const string ArtifactMissing = "artifact_missing";
    public const string DigestMismatch = "digest_mismatch";
    public const string DownloadFailed = "download_failed";
    public const string UploadFailed = "upload_failed";
    public const string OutputUnsafePath = "output_unsafe_path";
    public const string OutputLink = "output_link";
    public const string OutputSpecialFile = "output_special_file";
    public const string OutputUnreadable = "output_unreadable";
    public const string OutputTooMany = "output_too_many";
    public const string OutputTooLarge = "output_too_large";
    public const string DiskFull = "disk_full";
    public const string DiskError = "disk_error";
    public const string StateTooNew = "state_too_new";
    public const string HostRestarted = "host_restarted";
    public const string HandleLost = "handle_lost";
    public const string StuckInKernel = "stuck_in_kernel";
    public const string InternalError = "internal_error";

    // Why a rig refuses an assignment, or offers nothing.
    public const string RuntimeDisabled = "runtime_disabled";
    public const string RuntimeUnavailable = "runtime_unavailable";
    public const string StaleOffer = "stale_offer";
    public const string NoCredit = "no_credit";
    public const string NotEnoughCpu = "not_enough_cpu";
    public const string NotEnoughMemory = "not_enough_memory";
    public const string NotEnoughDisk = "not_enough_disk";
    public const string NotEnoughGpus = "not_enough_gpus";
    public const string Draining = "draining";
    public const string Tombstoned = "tombstoned";
    public const string SpecInvalid = "spec_invalid";
    public const string Recovering = "recovering";
    public const string AcceptTimedOut = "accept_timed_out";
    public const string FenceStale = "fence_stale";
    public const string Poison = "poison";
    public const string CoordinatorStale = "coordinator_stale";

    // Why the coordinator keeps a job waiting, ends it, or refuses a call.
    public const string NoRig = "no_rig";
    public const string NoRigFits = "no_rig_fits";
    public const string AttemptsExhausted = "attempts_exhausted";
    public const string RigLost = "rig_lost";
    public const string RigFailing = "rig_failing";
    public const string TokenUnknown = "token_unknown";
    public const string TokenExpired = "token_expired";
    public const string TokenUsed = "token_used";
    public const string CsrInvalid = "csr_invalid";
    public const string CertificateRequired = "certificate_required";
    public const string CertificateExpired = "certificate_expired";
    public const string JobUnknown = "job_unknown";
    public const string AttemptUnknown = "attempt_unknown";
    public const string QuotaUsed = "quota_used";
    public const string Revoked = "revoked";
    public const string ExpiredTooLong = "expired_too_long";
    public const string StateGenStale = "state_gen_stale";
    public const string VersionUnsupported = "version_unsupported";
    public const string ClusterMismatch = "cluster_mismatch";
    public const string RigUnknown = "rig_unknown";
    public const string ReenrollAsClone = "reenroll_as_clone";
}
