using Rigshift.Durable;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Store;

/// <summary>
/// Takes an attempt on record that a rig has and this database has forgotten: it was restored from an older backup. The
/// rigs are the redo log.
/// </summary>
internal static class Adoption
{
    /// <summary>False: the job has an attempt that is as new.</summary>
    public static bool TryAdopt(SqlSession session, JobRow job, Guid rigId, Guid attemptId, Fence fence, AttemptPhase phase)
    {
        if (fence <= job.Fence || !JobRows.Refence(session, job.Id, job.Fence, fence, attemptId, JobState.Running))
        {
            return false;
        }

        if (AttemptRows.Find(session, attemptId) is not null)
        {
            AttemptRows.Hold(session, attemptId, fence, phase);
            return true;
        }

        session.Execute("UPDATE jobs SET attempts = attempts + 1 WHERE id = $id", ("$id", JobRows.Text(job.Id)));
        var name = RigRows.Find(session, rigId)?.Hostname ?? "";
        AttemptRows.Insert(session, attemptId, job.Id, rigId, name, job.Attempts + 1, fence, AttemptState.Held, phase);
        return true;
    }
}
