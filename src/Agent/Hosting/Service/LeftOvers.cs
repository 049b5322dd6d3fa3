using System.ComponentModel;
using System.Diagnostics;

namespace Rigshift.Agent.Hosting.Service;

/// <summary>
/// Ends what a stopped agent has left running on purpose: each attempt has a shim of this same program, and the attempt's
/// processes end with their shim (its job object on Windows).
/// </summary>
internal static class LeftOvers
{
    public static void End()
    {
        var own = Environment.ProcessPath;
        foreach (var process in Process.GetProcesses())
        {
            using (process)
            {
                try
                {
                    if (process.Id != Environment.ProcessId && string.Equals(process.MainModule?.FileName, own, StringComparison.OrdinalIgnoreCase))
                    {
                        process.Kill(entireProcessTree: true);
                    }
                }
                catch (Exception e) when (e is Win32Exception or InvalidOperationException) // Not ours to look at, or gone meanwhile.
                {
                }
            }
        }
    }
}
