using Rigshift.Agent.Jobs;
using Rigshift.Agent.Model;
using Rigshift.Agent.Storage;
using Rigshift.Rules;
using Proto = Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Core;

/// <summary>Something a session must do.</summary>
internal abstract record SessionEffect;

/// <param name="Urgent">Leases and latency depend on it: it goes before facts and progress.</param>
internal sealed record Send(Proto.RigMessage Message, bool Urgent) : SessionEffect;

/// <summary>Put the numbers on disk and give the verdicts to the attempts, then say <see cref="AckStored"/>.</summary>
/// <param name="Facts">Null: nothing to put on disk.</param>
internal sealed record StoreAck(SessionFacts? Facts, IReadOnlyList<AttemptVerdict> Verdicts, TimeSpan SentAt) : SessionEffect;

/// <summary>The session is open: facts, offers and heartbeats begin.</summary>
internal sealed record Opened(DateTimeOffset? ServerTime, SessionTimes Times) : SessionEffect;

internal sealed record GatherHeartbeat : SessionEffect;

internal sealed record TakeAssignment(Assignment Assignment) : SessionEffect;

internal sealed record ConfirmAttempt(AttemptId Id, Fence Fence, LeaseTerms Terms, TimeSpan SentAt) : SessionEffect;

internal sealed record ApplyVerdict(AttemptVerdict Verdict, TimeSpan SentAt) : SessionEffect;

internal sealed record AckEvents(AttemptId Id, ulong EventNo) : SessionEffect;

internal sealed record AckResult(AttemptId Id, Fence Fence, ResultVerdict Verdict, IReadOnlyList<Digest> Missing) : SessionEffect;

internal sealed record CancelAttempt(string OrderId, AttemptId Id, Fence Fence, string Reason) : SessionEffect;

internal sealed record DrainRig(string OrderId, TimeSpan? Deadline) : SessionEffect;

internal sealed record ResumeRig(string OrderId) : SessionEffect;

/// <summary>A message that this session did not act on, and why; for the log.</summary>
internal sealed record Ignored(string What, string Why) : SessionEffect;

/// <summary>The far side is not to be trusted: for the log, loudly, and for the rig's status.</summary>
internal sealed record Alarm(string Detail) : SessionEffect;

internal sealed record Close(SessionEnd End) : SessionEffect;
