namespace Rigshift.Coordinator.Commands;

/// <summary>A new token in <c>--json</c>. The token is secret.</summary>
internal sealed record TokenView(string TokenId, string Token, DateTimeOffset ExpiresAt, uint Uses);
