using System.Diagnostics;
using Rigshift.Coordinator.Commands;

namespace Rigshift.Coordinator.Demo;

/// <summary>Starts a process that outlives the demo and its terminal, with its output in a file.</summary>
internal static class KeptProcess
{
    // A session of its own: neither Ctrl-C nor closing the terminal reaches it. exec keeps the process id.
    private const string Detach =
        """log=$1; shift; exec >"$log" 2>&1 </dev/null; if command -v setsid >/dev/null 2>&1; then exec setsid "$@"; else exec nohup "$@"; fi""";

    public static Process Start(string program, string logFile, params string[] arguments)
    {
        var start = OperatingSystem.IsWindows()
            ? new ProcessStartInfo(program, arguments) { UseShellExecute = true, WindowStyle = ProcessWindowStyle.Hidden }
            : new ProcessStartInfo("/bin/sh", ["-c", Detach, "rigshift-demo", logFile, program, .. arguments]);
        return Process.Start(start) ?? throw new CommandException(ExitCode.Failed, $"{program} could not be started.");
    }

    /// <summary>This program, as a command line that starts it again.</summary>
    public static (string Program, string[] Arguments) Self(params string[] arguments)
    {
        var program = Environment.ProcessPath ?? throw new CommandException(ExitCode.Failed, "This program does not know its own path, so --keep cannot start it again.");
        var isDotnet = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return isDotnet ? (program, [Path.Combine(AppContext.BaseDirectory, "rigshift-coordinator.dll"), .. arguments]) : (program, arguments);
    }
}
