using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Rules;
using Proto = Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Core;

/// <summary>Something that happened to a session, and when by the boot clock.</summary>
internal abstract record SessionInput(TimeSpan At);

internal sealed record MessageReceived(TimeSpan At, Proto.CoordinatorMessage Message) : SessionInput(At);

/// <summary>What HelloAck brought is on disk and with the attempts. <c>Stored</c> false: the disk refused it.</summary>
internal sealed record AckStored(TimeSpan At, bool Stored) : SessionInput(At);

/// <param name="Jitter">0 to 1.</param>
internal sealed record ClockTicked(TimeSpan At, double Jitter) : SessionInput(At);

/// <summary>A page of what the rig holds is ready to go out as a heartbeat.</summary>
internal sealed record HeartbeatReady(TimeSpan At, IReadOnlyList<AttemptReport> Held) : SessionInput(At);

/// <summary>The attempts changed, or something became due.</summary>
/// <param name="AssignsAnswered">Read before <paramref name="Offer"/>, so that an offer never claims to know more than it does.</param>
internal sealed record AttemptsChanged(
    TimeSpan At, IReadOnlyList<OutboxItem> Outbox, ulong AssignsAnswered, OfferTerms Offer, IReadOnlyList<ProgressReport> Progress) : SessionInput(At);

/// <summary>An assignment has its answer.</summary>
internal sealed record AssignAnswered(TimeSpan At, AttemptId Id, Fence Fence, AssignAnswer Answer) : SessionInput(At);

internal sealed record OrderAnswered(TimeSpan At, string OrderId, OrderAnswer Answer) : SessionInput(At);
