namespace Rigshift.Agent.Jobs;

/// <summary>What moves an attempt from one state to the next.</summary>
internal enum AttemptTrigger
{
    /// <summary>The coordinator has the accept on disk and granted a lease.</summary>
    Confirm = 1,

    /// <summary>Every input lies verified in its place.</summary>
    Prepared = 2,

    /// <summary>The program runs.</summary>
    Up = 3,

    /// <summary>The program has ended by itself.</summary>
    Exited = 4,

    /// <summary>Cancelled, out of time, lease lost, or a step failed.</summary>
    Stop = 5,

    /// <summary>Outputs are collected and every step is undone.</summary>
    Undone = 6,

    /// <summary>The coordinator has settled the result.</summary>
    Settle = 7,
}
