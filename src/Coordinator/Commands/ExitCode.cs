namespace Rigshift.Coordinator.Commands;

/// <summary>What a verb's exit code means; scripts depend on the numbers.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>It was tried and failed; also: the watched job did not succeed.</summary>
    public const int Failed = 1;

    /// <summary>The command line or the job file is wrong.</summary>
    public const int BadUsage = 2;

    public const int NotReachable = 3;

    public const int NotPermitted = 4;

    /// <summary>Ctrl-C, as shells count it: 128 + SIGINT.</summary>
    public const int Interrupted = 130;
}
