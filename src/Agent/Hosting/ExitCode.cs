namespace Rigshift.Agent.Hosting;

/// <summary>What the program's exit code tells a script. Documented in the README; a number never changes its meaning.</summary>
internal static class ExitCode
{
    public const int Ok = 0;
    public const int Failed = 1;

    /// <summary>Bad usage: the command line or the config file is wrong.</summary>
    public const int Usage = 2;

    public const int NotRunning = 3;
    public const int NotPermitted = 4;
}
