using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Rigshift.Coordinator.Dispatch;

/// <summary>What a rig said it could take.</summary>
/// <param name="AssignsSeen">Answers that the rig had given when it made the offer; 0: it does not say.</param>
internal sealed record RigOffer(
    ulong OfferId, int Credits, Capacity Free, FrozenSet<string> Runtimes, FrozenSet<string> Warm, TimeSpan EndsAt, ulong AssignsSeen = 0)
{
    /// <summary>An offer that was made before an answer and sent after it would count that place twice.</summary>
    public bool AccountsFor(TakenPlace place) => place.AnswerNo is { } answer && (AssignsSeen == 0 || answer <= AssignsSeen);
}

/// <summary>A connected rig as dispatch sees it.</summary>
/// <param name="Generation">Its session; an assignment is for this one only.</param>
/// <param name="Taken">Assigned against the newest offer, or before it and not answered yet: the offer does not account for these.</param>
/// <param name="Seen">The most it ever had free in this session: what could fit once it is idle.</param>
internal sealed record RigDesk(Guid RigId, ulong Generation, RigOffer Offer, ImmutableDictionary<Guid, TakenPlace> Taken, Capacity Seen)
{
    public int Credits => Offer.Credits - Taken.Count;

    public Capacity Free => Taken.Values.Aggregate(Offer.Free, (free, place) => free.Less(place.Job.Job.Need));
}

/// <summary>A place on a rig that an assignment has used.</summary>
/// <param name="Job">Kept, so that a job which comes back still knows who refused it and how long it has waited.</param>
/// <param name="AnswerNo">Which of its answers the rig accepted it with; null: it has not answered.</param>
internal sealed record TakenPlace(WaitingJob Job, ulong? AnswerNo);
