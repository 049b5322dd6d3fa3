using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.Leases;

/// <summary>An attempt that a rig has, or is about to get, with the end of its lease on our clock.</summary>
/// <param name="Accepted">False: the rig has not answered the assignment yet, and the deadline is for that answer.</param>
internal sealed record LiveAttempt(Guid AttemptId, Guid JobId, Guid RigId, Fence Fence, LeaseClass LeaseClass, bool Accepted, TimeSpan Deadline);
