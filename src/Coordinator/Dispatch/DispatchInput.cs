namespace Rigshift.Coordinator.Dispatch;

/// <summary>What can happen to dispatch.</summary>
internal abstract record DispatchInput
{
    /// <summary>A job waits: new, or for its next attempt.</summary>
    /// <param name="Avoid">The rig that has just refused it, or did not answer.</param>
    /// <param name="Cooldown">How long this job is not sent there.</param>
    internal sealed record JobWaits(JobNeed Job, Guid? Avoid = null, TimeSpan Cooldown = default) : DispatchInput;

    /// <summary>A job waits no longer: cancelled, or an old attempt of it came back.</summary>
    internal sealed record JobGone(Guid JobId) : DispatchInput;

    /// <param name="LiveAttempts">What the rig runs; 0: what it offers now is all it has.</param>
    internal sealed record RigOffers(Guid RigId, ulong Generation, RigOffer Offer, int LiveAttempts) : DispatchInput;

    /// <summary>Disconnected, draining or in quarantine.</summary>
    internal sealed record RigClosed(Guid RigId) : DispatchInput;

    /// <summary>The rig has taken the assignment on.</summary>
    /// <param name="AnswerNo">Which of the rig's answers in this session this was, from 1.</param>
    internal sealed record Accepted(Guid RigId, Guid JobId, ulong AnswerNo) : DispatchInput;

    /// <summary>The assignment could not be made because the job no longer waits; the place is free again.</summary>
    internal sealed record Returned(Guid RigId, Guid JobId) : DispatchInput;

    /// <summary>Keeps jobs waiting that may have been done already, as far as only the rigs know.</summary>
    internal sealed record Held(DispatchHold Hold) : DispatchInput;

    /// <summary>Time has passed.</summary>
    internal sealed record Tick : DispatchInput;
}

/// <summary>A job given to a rig; the caller puts it on record and sends it.</summary>
internal sealed record Assignment(Guid JobId, Guid RigId, ulong Generation, ulong OfferId);

/// <summary>Jobs up to this one in order of submission go to no rig before this time.</summary>
internal sealed record DispatchHold(long UpToSequence, TimeSpan Until)
{
    public static DispatchHold None { get; } = new(0, TimeSpan.Zero);

    public bool Covers(JobNeed job, TimeSpan now) => job.Sequence <= UpToSequence && now < Until;
}

/// <summary>The times that shape dispatch.</summary>
internal sealed record DispatchTimes(TimeSpan ReserveAfter, TimeSpan SameRigAfter);
