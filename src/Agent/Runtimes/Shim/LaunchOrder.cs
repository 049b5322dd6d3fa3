namespace Rigshift.Agent.Runtimes.Shim;

/// <summary>
/// control/launch.json: what the shim of an attempt shall run. Written by the agent before it starts the shim, and after the
/// journal has the launch on disk, so that no program ever ran without it; never changed afterwards.
/// </summary>
/// <param name="Command">Program and arguments; the program is an absolute path.</param>
/// <param name="Environment">"NAME=value" each, and nothing besides.</param>
/// <param name="BootId">The boot in which it was ordered: in another one the order is void.</param>
/// <param name="GraceMs">Between asking the tree to end and killing it.</param>
/// <param name="LogCapBytes">For both streams together.</param>
internal sealed record LaunchOrder(
    Guid AttemptId,
    string BootId,
    IReadOnlyList<string> Command,
    IReadOnlyList<string> Environment,
    string WorkingDirectory,
    int GraceMs,
    long LogCapBytes);

/// <summary>
/// control/shim.json: which process is the attempt's shim; it is there before the program starts. Not flushed: after
/// a power cut it says nothing that the order's boot id does not.
/// </summary>
internal sealed record ShimMark(int Pid, long StartTime, string ImagePath, string BootId);

/// <summary>control/exit.json: how the attempt's program ended. While it is there, no shim starts anything.</summary>
/// <param name="LaunchFault">The system's words when the program could not be started.</param>
/// <param name="ExitCode">Null when a signal ended it, or it never ran.</param>
/// <param name="Signal">Null when it ended by itself.</param>
/// <param name="NeverStarted">The agent gave the launch up before the shim came to it.</param>
/// <param name="OnDisk">The file system was flushed first, so what the program wrote is as durable as this record.</param>
internal sealed record ExitRecord(
    string BootId,
    string? LaunchFault = null,
    int? ExitCode = null,
    int? Signal = null,
    bool NeverStarted = false,
    bool OnDisk = false,
    double? WallS = null,
    double? CpuS = null,
    long? PeakMemoryBytes = null);
