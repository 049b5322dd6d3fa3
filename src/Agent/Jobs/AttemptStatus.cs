using Rigshift.Agent.Model;

namespace Rigshift.Agent.Jobs;

/// <summary>An attempt's durable record and what this process is doing about it.</summary>
internal sealed record AttemptStatus(AttemptRecord Record, AttemptActivity Activity);

/// <summary>The step under way. Not journalled: a new process starts with None and finds its place from the record.</summary>
internal enum AttemptActivity
{
    /// <summary>Waits for the coordinator's word.</summary>
    None = 0,
    Fetching = 1,
    Launching = 2,
    Watching = 3,
    Collecting = 4,
    Undoing = 5,
    Uploading = 6,

    /// <summary>The result is in the outbox.</summary>
    Published = 7,
    Done = 8,
}

/// <summary>What the edge does next; one at a time.</summary>
internal enum AttemptEffect
{
    Fetch = 1,
    Launch = 2,

    /// <summary>Find the program of an earlier agent process, then watch it.</summary>
    Reattach = 3,
    Watch = 4,
    Collect = 5,

    /// <summary>Cancel the step under way, then undo every step, last first.</summary>
    Undo = 6,

    /// <summary>Give the reservation back.</summary>
    Release = 7,
    Upload = 8,
    Publish = 9,

    /// <summary>Remove the attempt's directories but its logs.</summary>
    CleanUp = 10,
}

/// <summary>A decision: what is true from now on, and what to do once it is on disk.</summary>
/// <param name="Durable">Next must be journalled before any effect.</param>
/// <param name="Event">To journal with it; null is none.</param>
/// <param name="Refused">The input does not fit the state; nothing changes.</param>
/// <param name="BestEffort">
/// A disk that refuses does not hold it up: a program that must stop is stopped, and a lease that was renewed is longer, also on a full disk.
/// </param>
internal sealed record AttemptDecision(
    AttemptStatus Next, bool Durable, AttemptEvent? Event, IReadOnlyList<AttemptEffect> Effects, bool Refused = false, bool BestEffort = false);
