using System.Diagnostics;

namespace Rigshift.Agent.Hosting.Service;

/// <summary>Runs a tool of the system and keeps what it said.</summary>
internal static class SystemTool
{
    public static ToolAnswer Run(string tool, params ReadOnlySpan<string> arguments)
    {
        var start = new ProcessStartInfo(tool) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        try
        {
            using var process = Process.Start(start)!; // Null only with UseShellExecute.
            // Both pipes at once: a full one would block the tool.
            var error = process.StandardError.ReadToEndAsync();
            var output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return new ToolAnswer(process.ExitCode, output.Trim(), error.GetAwaiter().GetResult().Trim());
        }
        catch (System.ComponentModel.Win32Exception e) // The tool is missing or may not be run: an answer like any other.
        {
            return new ToolAnswer(127, "", $"{tool}: {e.Message}");
        }
    }
}

internal sealed record ToolAnswer(int ExitCode, string Output, string Error)
{
    public bool Ok => ExitCode == 0;

    public string Words => Error.Length > 0 ? Error : Output;
}
