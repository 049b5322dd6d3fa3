namespace Rigshift.Coordinator.Serving;

/// <summary>How jobs find rigs.</summary>
internal sealed class DispatchOptions
{
    /// <summary>Seconds a job that does not fit may be overtaken by smaller ones; then a rig is kept free for it.</summary>
    public int ReserveAfterSeconds { get; set; } = 30;

    /// <summary>Seconds a job waits for another rig before it is tried again on one where it failed.</summary>
    public int SameRigAfterSeconds { get; set; } = 15;

    /// <summary>Seconds a job is not offered to a rig that refused it, when the rig named no time itself.</summary>
    public int RefusalCooldownSeconds { get; set; } = 15;

    /// <summary>Failed attempts in a row, over at least two jobs, after which a rig gets no more work.</summary>
    public int RigFailureLimit { get; set; } = 3;
}
