using Rigshift.Durable;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Store;

/// <summary>Counts failures in a row per rig, and the rigs on which a job failed.</summary>
internal static class AttemptFailures
{
    private const int DifferentJobs = 2;
    private const int Remembered = 16;

    public static IReadOnlyList<Guid> RigsOf(SqlSession session, Guid jobId) =>
        session.Query(
            "SELECT DISTINCT rig_id FROM attempts WHERE job_id = $job AND outcome = 2",
            row => Guid.ParseExact(row.GetString(0), "D"),
            ("$job", JobRows.Text(jobId)));

    /// <summary>True when this failure takes the rig out of dispatch.</summary>
    public static bool Count(SqlSession session, Guid rigId, Guid jobId, AttemptResult result, int limit)
    {
        if (result.Outcome == Outcome.Succeeded)
        {
            session.Execute("UPDATE rigs SET failed_jobs = '' WHERE id = $rig AND failed_jobs <> ''", ("$rig", JobRows.Text(rigId)));
            return false;
        }

        if (result.Outcome != Outcome.Failed || !AttemptBlame.CountsForRig(result.Reason))
        {
            return false;
        }

        var known = session.First("SELECT failed_jobs FROM rigs WHERE id = $rig", row => row.GetString(0), ("$rig", JobRows.Text(rigId))) ?? "";
        var streak = known.Split(',', StringSplitOptions.RemoveEmptyEntries).Append(JobRows.Text(jobId)).TakeLast(Remembered).ToList();
        var failing = streak.Count >= limit && streak.Distinct().Count() >= DifferentJobs;
        return session.Execute(
            "UPDATE rigs SET failed_jobs = $jobs, quarantine_reason = CASE WHEN $failing THEN $reason ELSE quarantine_reason END WHERE id = $rig",
            ("$jobs", string.Join(',', streak)), ("$failing", failing), ("$reason", Reason.RigFailing), ("$rig", JobRows.Text(rigId))) == 1 && failing;
    }
}
