namespace Rigshift.Coordinator.Store;

/// <summary>Where an attempt is for the coordinator; numbers are stored.</summary>
internal enum AttemptState
{
    /// <summary>Sent or about to be sent; the rig has not answered.</summary>
    Assigned = 1,

    /// <summary>The rig has it on record.</summary>
    Held = 2,

    /// <summary>The lease ended without a word. Until the job goes to another rig its result still counts.</summary>
    Lost = 3,

    /// <summary>Settled: its result is on record, or another attempt took over.</summary>
    Ended = 4,
}
