using System.Globalization;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Store;

/// <summary>Decides a job's fate from its counters and how its attempt ended. Pure.</summary>
internal static class JobFates
{
    /// <summary>Losses are the rigs' doing, so they count less; but a job that takes every rig down must end too.</summary>
    public const int LossesPerAttempt = 3;

    private const int PoisonFailures = 3;
    private const int PoisonRigs = 2;

    /// <param name="failedRigs">Different rigs on which the job has failed, this time included.</param>
    public static JobFate After(JobRow job, Outcome outcome, string reason, string detail, int failedRigs) => outcome switch
    {
        Outcome.Succeeded => new(JobState.Succeeded, job.Failures, job.Losses, "", ""),
        _ when job.CancelRequested => new(JobState.Cancelled, job.Failures, job.Losses, Reason.Cancelled, ""),
        Outcome.Failed when AttemptBlame.CountsForJob(reason) => Failed(job, reason, detail, failedRigs),
        _ => Lost(job, reason),
    };

    private static JobFate Failed(JobRow job, string reason, string detail, int failedRigs)
    {
        var failures = job.Failures + 1;
        if (failures < job.MaxAttempts)
        {
            return new(JobState.Pending, failures, job.Losses, "", "");
        }

        var count = failures.ToString(CultureInfo.InvariantCulture);
        return failures >= PoisonFailures && failedRigs >= PoisonRigs
            ? new(JobState.Quarantined, failures, job.Losses, reason, $"Failed {count} times, on {failedRigs.ToString(CultureInfo.InvariantCulture)} rigs. {detail}".TrimEnd())
            : new(JobState.Failed, failures, job.Losses, job.MaxAttempts == 1 ? reason : Reason.AttemptsExhausted, $"Failed {count} times, the last time with {reason}. {detail}".TrimEnd());
    }

    private static JobFate Lost(JobRow job, string reason)
    {
        var losses = job.Losses + 1;
        return losses < job.MaxAttempts * LossesPerAttempt
            ? new(JobState.Pending, job.Failures, losses, "", "")
            : new(JobState.Failed, job.Failures, losses, Reason.AttemptsExhausted, $"Lost with its rig {losses.ToString(CultureInfo.InvariantCulture)} times, the last time with {reason}.");
    }
}
