using Rigshift.Agent.Artifacts;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes;
using Rigshift.Rules;

namespace Rigshift.Agent.Jobs;

/// <summary>Something an attempt has to take in: word from the coordinator, a clock, or the end of one of its own steps.</summary>
internal abstract record AttemptInput
{
    /// <summary>The coordinator confirmed or renewed the lease.</summary>
    public sealed record LeaseGranted(HeldLease Lease) : AttemptInput;

    /// <summary>The attempt goes on under a newer fence.</summary>
    public sealed record Refenced(Fence Fence) : AttemptInput;

    /// <summary>Every input lies verified in its place.</summary>
    public sealed record InputsReady : AttemptInput;

    /// <summary>The program runs, and has until the deadline (boot clock).</summary>
    public sealed record Launched(RuntimeHandle Handle, TimeSpan RunDeadline) : AttemptInput;

    /// <summary>The program ended by itself, or is gone.</summary>
    public sealed record ProgramEnded(RuntimeExit Exit) : AttemptInput;

    /// <summary>It has to end: cancelled, out of time, lease lost, a step failed.</summary>
    public sealed record StopWanted(AttemptOutcome Outcome) : AttemptInput;

    /// <summary>The outputs, or why they cannot be taken.</summary>
    public sealed record Collected(CollectResult Result) : AttemptInput;

    /// <summary>Every step is undone; not clean when something of the program does not die.</summary>
    public sealed record Undone(bool Clean) : AttemptInput;

    /// <summary>The outputs are at the coordinator, or never will be.</summary>
    public sealed record Uploaded(ArtifactFault? Fault) : AttemptInput;

    /// <summary>The coordinator lacks some outputs.</summary>
    public sealed record UploadAgain : AttemptInput;

    /// <summary>The coordinator asks for the result once more.</summary>
    public sealed record ResendWanted : AttemptInput;

    /// <summary>The coordinator has settled the result for good.</summary>
    public sealed record Settled(long UnixMs) : AttemptInput;
}
