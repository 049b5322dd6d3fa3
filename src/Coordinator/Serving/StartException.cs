namespace Rigshift.Coordinator.Serving;

/// <summary>The coordinator cannot start; the message names the thing and the remedy.</summary>
internal sealed class StartException(string message, Exception? inner = null) : Exception(message, inner);
