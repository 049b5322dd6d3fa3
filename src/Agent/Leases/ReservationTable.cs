using Rigshift.Agent.Model;

namespace Rigshift.Agent.Leases;

/// <summary>
/// Who holds what. One table, one lock; an attempt gives back only what is its own, and a card is never in two reservations.
/// </summary>
internal sealed class ReservationTable
{
    private readonly Lock gate = new();
    private readonly Dictionary<AttemptId, Reservation> held = [];

    public IReadOnlyList<Reservation> Snapshot()
    {
        lock (gate)
        {
            return [.. held.Values];
        }
    }

    /// <summary>Decides and reserves in one step, so that two assignments cannot get the same card.</summary>
    public AdmissionResult TryReserve(AttemptId owner, ResourceRequest resources, Func<IReadOnlyCollection<Reservation>, AdmissionResult> decide)
    {
        lock (gate)
        {
            if (held.TryGetValue(owner, out var own))
            {
                return new AdmissionResult(own.Gpus, null, "", null);
            }

            var result = decide(held.Values);
            if (result.Reason is null)
            {
                held.Add(owner, new Reservation(owner, resources, result.Gpus));
            }

            return result;
        }
    }

    /// <summary>Puts back what the journal says was held when the agent stopped.</summary>
    /// <exception cref="InvalidOperationException">Two attempts on record hold one card: a bug, never to be run over.</exception>
    public void Restore(Reservation reservation)
    {
        lock (gate)
        {
            foreach (var gpu in reservation.Gpus)
            {
                if (held.Values.FirstOrDefault(other => other.Owner != reservation.Owner && other.Gpus.Contains(gpu)) is { } other)
                {
                    throw new InvalidOperationException($"{gpu} is on record for attempts {other.Owner} and {reservation.Owner}.");
                }
            }

            held[reservation.Owner] = reservation;
        }
    }

    /// <summary>May be repeated.</summary>
    public void Release(AttemptId owner)
    {
        lock (gate)
        {
            held.Remove(owner);
        }
    }
}
