namespace Rigshift.Coordinator.Demo;

/// <param name="Keep">Leave the coordinator and the agent running.</param>
/// <param name="StateDirectory">Null: a temporary one, deleted at the end.</param>
internal sealed record DemoOptions(bool Keep, string? StateDirectory);
