namespace Rigshift.Agent.Storage;

/// <summary>The disk refused a journal write; nothing of it happened.</summary>
internal sealed class JournalException(string reason, string message, Exception? inner = null) : IOException(message, inner)
{
    /// <summary><see cref="Rules.Reason.DiskFull"/> or <see cref="Rules.Reason.DiskError"/>.</summary>
    public string Reason { get; } = reason;
}
