using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Store;

/// <summary>What becomes of a job once an attempt has ended.</summary>
/// <param name="State">PENDING: it is tried again.</param>
internal sealed record JobFate(JobState State, int Failures, int Losses, string Reason, string Detail);
