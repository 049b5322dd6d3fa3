using System.Diagnostics;

namespace Rigshift.Scenarios.Services;

/// <summary>Runs one of the environments' scripts, whose steps are its own assertions, and shows what it printed.</summary>
internal static class ServiceScript
{
    /// <summary>A published program named by an environment variable, as the build's Publish stage makes it.</summary>
    public static string Published(string variable, string how)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } path && (File.Exists(path) || Directory.Exists(path)))
        {
            return path;
        }

        Need(false, $"{variable} names no published program: {how}");
        throw new UnreachableException();
    }

    /// <summary>Elsewhere than on the build machine a missing tool is no fault of the code.</summary>
    public static void Need(bool present, string what)
    {
        if (!present && Environment.GetEnvironmentVariable("CI") == "true")
        {
            Assert.Fail(what);
        }
        else if (!present)
        {
            Assert.Ignore(what);
        }
    }

    public static async Task RunAsync(string script, string[] arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo("/bin/bash") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(Root(), "tests", "Scenarios", "env", script));
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!; // Null only with UseShellExecute.
        process.OutputDataReceived += (_, line) => TestContext.Progress.WriteLine(line.Data);
        process.ErrorDataReceived += (_, line) => TestContext.Progress.WriteLine(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        finally
        {
            // TERM and not KILL: the script ends what it has started.
            if (!process.HasExited)
            {
                using var kill = Process.Start("/bin/kill", ["-TERM", process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
                await kill.WaitForExitAsync(CancellationToken.None);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }

        Assert.That(process.ExitCode, Is.Zero, "the last line says which step failed");
    }

    public static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Agent.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException("Agent.sln is in no folder above the tests.");
    }
}
