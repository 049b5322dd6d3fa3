namespace Rigshift.Agent.Runtimes.Shim;

/// <summary>
/// The hidden verb <c>rigshift shim CONTROL-DIRECTORY</c>: one small process per attempt that runs the program, keeps
/// its output and puts on record how it ended, whether the agent lives or not.
/// </summary>
internal static class ShimEntry
{
    public const string Verb = "shim";

    /// <summary>Everything is on record; the exit code is for people who start it by hand.</summary>
    public const int Done = 0;

    public const int BadUsage = 2;

    /// <summary>Another shim has, had or ended this attempt.</summary>
    public const int NotMine = 3;

    public const int NoOrder = 4;

    private const int ArgumentCount = 2;

    public static int Run(string[] args)
    {
        if (args.Length != ArgumentCount || args[0] != Verb)
        {
            return BadUsage;
        }

        var files = new ControlFiles(args[1]);
        return OperatingSystem.IsWindows() ? WindowsShim.Run(files) : LinuxShim.Run(files);
    }
}
