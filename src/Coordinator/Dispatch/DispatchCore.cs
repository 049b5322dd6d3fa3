using System.Collections.Immutable;

namespace Rigshift.Coordinator.Dispatch;

/// <summary>
/// Which job goes to which rig. Pure. Highest priority first, then first in, first out; a smaller job may go ahead of one that does not
/// fit now, until that one has waited long enough for a rig to be kept free for it.
/// </summary>
internal static class DispatchCore
{
    public static (DispatchState State, ImmutableArray<Assignment> Assignments) Step(DispatchState state, DispatchInput input, TimeSpan now, DispatchTimes times) =>
        DispatchMatch.Run(Apply(state, input, now), now, times);

    /// <summary>When time alone could change something; null: it cannot.</summary>
    public static TimeSpan? NextWake(DispatchState state, TimeSpan now, DispatchTimes times)
    {
        if (state.Rigs.IsEmpty)
        {
            return null;
        }

        TimeSpan? next = null;
        Consider(state.Hold.Until);
        foreach (var job in state.Waiting.Values)
        {
            Consider(job.Since + times.ReserveAfter);
            Consider(job.Since + times.SameRigAfter);
            foreach (var until in job.NotBefore.Values)
            {
                Consider(until);
            }
        }

        return next;

        void Consider(TimeSpan at)
        {
            if (at > now && (next is null || at < next))
            {
                next = at;
            }
        }
    }

    private static DispatchState Apply(DispatchState state, DispatchInput input, TimeSpan now) => input switch
    {
        DispatchInput.JobWaits waits => Wait(state, waits, now),
        DispatchInput.JobGone gone => state.Without(gone.JobId),
        DispatchInput.RigOffers offers => Offer(state, offers),
        DispatchInput.RigClosed closed => state with { Rigs = state.Rigs.Remove(closed.RigId) },
        DispatchInput.Accepted accepted => Answer(state, accepted),
        DispatchInput.Returned returned => Return(state, returned),
        DispatchInput.Held held => state with { Hold = held.Hold },
        _ => state,
    };

    private static DispatchState Offer(DispatchState state, DispatchInput.RigOffers offers)
    {
        var before = state.Rigs.GetValueOrDefault(offers.RigId);
        if (before is null || before.Generation != offers.Generation)
        {
            // A new session has told us all it holds; nothing of the old one is still on its way.
            return state.With(new RigDesk(offers.RigId, offers.Generation, offers.Offer, ImmutableDictionary<Guid, TakenPlace>.Empty, offers.Offer.Free));
        }

        var unknown = before.Taken.Where(place => !offers.Offer.AccountsFor(place.Value)).ToImmutableDictionary();
        var idle = offers.LiveAttempts == 0 && unknown.IsEmpty;
        return state.With(before with { Offer = offers.Offer, Taken = unknown, Seen = idle ? offers.Offer.Free : before.Seen.Most(offers.Offer.Free) });
    }

    private static DispatchState Answer(DispatchState state, DispatchInput.Accepted accepted) =>
        state.Rigs.TryGetValue(accepted.RigId, out var rig) && rig.Taken.TryGetValue(accepted.JobId, out var place)
            ? state.With(rig with { Taken = rig.Taken.SetItem(accepted.JobId, place with { AnswerNo = accepted.AnswerNo }) })
            : state;

    private static DispatchState Return(DispatchState state, DispatchInput.Returned returned) =>
        state.Rigs.TryGetValue(returned.RigId, out var rig) ? state.With(rig with { Taken = rig.Taken.Remove(returned.JobId) }) : state;

    /// <summary>A job that waits is on no rig, whatever was assumed before.</summary>
    private static DispatchState Wait(DispatchState state, DispatchInput.JobWaits waits, TimeSpan now)
    {
        var known = state.Find(waits.Job.JobId);
        foreach (var rig in state.Rigs.Values)
        {
            if (rig.Taken.TryGetValue(waits.Job.JobId, out var place))
            {
                known ??= place.AnswerNo is not null ? place.Job with { Since = now } : place.Job;
                state = state.With(rig with { Taken = rig.Taken.Remove(waits.Job.JobId) });
            }
        }

        var job = (known ?? new WaitingJob(waits.Job, now, ImmutableDictionary<Guid, TimeSpan>.Empty, null)) with { Job = waits.Job };
        return state.With(waits.Avoid is { } rigId && waits.Cooldown > TimeSpan.Zero ? job with { NotBefore = job.NotBefore.SetItem(rigId, now + waits.Cooldown) } : job);
    }
}
