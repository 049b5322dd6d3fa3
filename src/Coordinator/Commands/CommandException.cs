namespace Rigshift.Coordinator.Commands;

/// <summary>Ends a verb with a message that names the thing and the remedy, and an exit code.</summary>
internal sealed class CommandException(int exitCode, string message, Exception? inner = null) : Exception(message, inner)
{
    public int ExitCode { get; } = exitCode;
}
