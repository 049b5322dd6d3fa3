namespace Rigshift.Agent.Model;

/// <summary>
/// Where an attempt is; numbers are journalled and equal the wire's.
/// <code>
/// Accepted → Preparing → Starting → Running → Stopping → Finished → Acked
///     └──────────┴───────────┴─ stop, fault ────┘
/// </code>
/// </summary>
internal enum AttemptState
{
    /// <summary>Reserved and journalled; waits for the coordinator's confirmation.</summary>
    Accepted = 1,

    /// <summary>Inputs are fetched.</summary>
    Preparing = 2,

    /// <summary>The launch is on record; the program may or may not be running.</summary>
    Starting = 3,

    Running = 4,

    /// <summary>The program has ended or is being stopped; outputs are collected and steps undone.</summary>
    Stopping = 5,

    /// <summary>Outcome and outputs are on record; outputs are uploaded and the result is sent until it is acked.</summary>
    Finished = 6,

    /// <summary>Settled with the coordinator; kept as a record for a week.</summary>
    Acked = 7,
}

/// <summary>How an attempt ended; set once, first writer wins. Numbers are journalled and equal the wire's.</summary>
internal enum Outcome
{
    Succeeded = 1,
    Failed = 2,
    Cancelled = 3,
    LeaseLost = 4,
    Unknown = 5,
}

/// <summary>Outcome with its stable code and one sentence; the code is empty on success.</summary>
internal sealed record AttemptOutcome(Outcome Outcome, string Reason, string Detail, int? ExitCode)
{
    public static AttemptOutcome Succeeded { get; } = new(Outcome.Succeeded, "", "", 0);
}

/// <summary>What an attempt used; null was not measured.</summary>
internal sealed record AttemptUsage(double? WallS, double? CpuS, long? PeakMemoryBytes);
