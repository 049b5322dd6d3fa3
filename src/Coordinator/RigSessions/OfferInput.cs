using System.Collections.Frozen;
using Rigshift.Coordinator.Dispatch;
using Rigshift.Coordinator.Leases;

namespace Rigshift.Coordinator.RigSessions;

/// <summary>A rig's newest offer in dispatch's words.</summary>
internal static class OfferInput
{
    /// <summary>Warm digests that are looked at; a hint needs no more.</summary>
    private const int WarmLimit = 4096;

    /// <summary>The session has an offer; the caller has checked.</summary>
    public static DispatchInput.RigOffers From(RigSession session, LeaseTable leases)
    {
        var offer = session.Offer ?? throw new InvalidOperationException("The session has no offer yet.");
        var rigOffer = new RigOffer(
            offer.OfferId,
            (int)Math.Min(offer.Credits, int.MaxValue),
            JobNeeds.CapacityOf(offer),
            offer.Runtimes.ToFrozenSet(StringComparer.Ordinal),
            offer.WarmDigests.Take(WarmLimit).ToFrozenSet(StringComparer.Ordinal),
            session.OfferReceived + TimeSpan.FromSeconds(offer.TtlS),
            offer.AssignsSeen);
        return new DispatchInput.RigOffers(session.RigId, session.Generation, rigOffer, leases.CountOn(session.RigId));
    }
}
