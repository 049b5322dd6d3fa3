using System.Collections.Immutable;

namespace Rigshift.Coordinator.Dispatch;

/// <summary>One pass over the waiting jobs in their order. Pure.</summary>
internal static class DispatchMatch
{
    public static (DispatchState State, ImmutableArray<Assignment> Assignments) Run(DispatchState state, TimeSpan now, DispatchTimes times)
    {
        var assignments = ImmutableArray.CreateBuilder<Assignment>();
        if (state.Waiting.IsEmpty || !HasPlace(state, now))
        {
            return (state, []);
        }

        var reserved = new Dictionary<Guid, Guid>();
        // Jobs of the same shape need not be tried again once one of them found no place.
        var hopeless = new HashSet<(string Runtime, Capacity Need)>();
        foreach (var waiting in state.Waiting.Values)
        {
            if (state.Hold.Covers(waiting.Job, now))
            {
                continue;
            }

            var plain = waiting.NotBefore.IsEmpty && waiting.Job.FailedOn.IsEmpty;
            var mayReserve = now - waiting.Since >= times.ReserveAfter;
            if (plain && !mayReserve && hopeless.Contains((waiting.Job.Runtime, waiting.Job.Need)))
            {
                continue;
            }

            if (Choose(state, waiting, now, times, reserved) is { } rig)
            {
                assignments.Add(new Assignment(waiting.Job.JobId, rig.RigId, rig.Generation, rig.Offer.OfferId));
                state = state.Without(waiting.Job.JobId).With(rig with { Taken = rig.Taken.SetItem(waiting.Job.JobId, new TakenPlace(waiting, null)) });
                if (!HasPlace(state, now))
                {
                    break;
                }

                continue;
            }

            if (plain)
            {
                hopeless.Add((waiting.Job.Runtime, waiting.Job.Need));
            }

            if (mayReserve && Reserve(state, waiting, now, times, reserved) is { } kept)
            {
                reserved[kept] = waiting.Job.JobId;
                state = waiting.ReservedRig == kept ? state : state.With(waiting with { ReservedRig = kept });
            }
        }

        return (state, assignments.ToImmutable());
    }

    private static bool HasPlace(DispatchState state, TimeSpan now) => state.Rigs.Values.Any(rig => rig.Credits > 0 && rig.Offer.EndsAt > now);

    /// <summary>Where its inputs already are, then where most is free.</summary>
    private static RigDesk? Choose(DispatchState state, WaitingJob job, TimeSpan now, DispatchTimes times, Dictionary<Guid, Guid> reserved) =>
        state.Rigs.Values
            .Where(rig => rig.Credits > 0 && rig.Offer.EndsAt > now && !reserved.ContainsKey(rig.RigId)
                && rig.Offer.Runtimes.Contains(job.Job.Runtime) && rig.Free.Covers(job.Job.Need) && Allowed(state, job, rig, now, times))
            .OrderByDescending(rig => job.Job.Digests.Count(rig.Offer.Warm.Contains))
            .ThenByDescending(rig => rig.Credits)
            .ThenByDescending(rig => rig.Free.CpuMillis)
            .ThenBy(rig => rig.RigId)
            .FirstOrDefault();

    /// <summary>Not where it was just refused; where it failed only when there is no other rig for it, or it has waited for one.</summary>
    private static bool Allowed(DispatchState state, WaitingJob job, RigDesk rig, TimeSpan now, DispatchTimes times)
    {
        if (job.NotBefore.TryGetValue(rig.RigId, out var until) && until > now)
        {
            return false;
        }

        return !job.Job.FailedOn.Contains(rig.RigId)
            || now - job.Since >= times.SameRigAfter
            || !state.Rigs.Values.Any(other => !job.Job.FailedOn.Contains(other.RigId) && CouldFit(other, job.Job));
    }

    /// <summary>The rig that is kept free for it: the one from last time while that still makes sense.</summary>
    private static Guid? Reserve(DispatchState state, WaitingJob job, TimeSpan now, DispatchTimes times, Dictionary<Guid, Guid> reserved)
    {
        var possible = state.Rigs.Values
            .Where(rig => !reserved.ContainsKey(rig.RigId) && CouldFit(rig, job.Job) && Allowed(state, job, rig, now, times))
            .ToList();
        return possible.Find(rig => rig.RigId == job.ReservedRig)?.RigId
            ?? possible.OrderByDescending(rig => rig.Free.CpuMillis).ThenBy(rig => rig.RigId).FirstOrDefault()?.RigId;
    }

    /// <summary>Once it is idle. What a rig never offered is not waited for.</summary>
    public static bool CouldFit(RigDesk rig, JobNeed job) => rig.Offer.Runtimes.Contains(job.Runtime) && rig.Seen.Covers(job.Need);
}
