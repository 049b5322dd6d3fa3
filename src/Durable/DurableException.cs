namespace Rigshift.Durable;

/// <summary>The disk refused a write; nothing of it happened.</summary>
public sealed class DurableException(DurableFault fault, string message, Exception? inner = null) : IOException(message, inner)
{
    public DurableFault Fault { get; } = fault;
}

/// <summary>Why a write was refused.</summary>
public enum DurableFault
{
    /// <summary>No space left, or a quota is used up.</summary>
    DiskFull = 1,

    /// <summary>Read-only file system, I/O error.</summary>
    DiskError = 2,

    /// <summary>The file is not a database, or its pages contradict each other.</summary>
    Corrupt = 3,

    /// <summary>Written by a newer version of the program.</summary>
    SchemaTooNew = 4,

    /// <summary>The database is closed.</summary>
    Closed = 5,
}
