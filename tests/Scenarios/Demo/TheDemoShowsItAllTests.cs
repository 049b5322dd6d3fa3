using System.Diagnostics;
using System.Text.Json;
using Rigshift.TestKit;

namespace Rigshift.Scenarios.Demo;

/// <summary>What a stranger runs first: the real coordinator, the real agent and the real worker, on this machine.</summary>
internal sealed class TheDemoShowsItAllTests
{
    private static readonly string Configuration = Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    [Test, CancelAfter(180_000)]
    public async Task The_demo_enrolls_a_rig_runs_the_job_and_draws_what_it_saw(CancellationToken cancellation)
    {
        using var directory = new TempDirectory();
        var state = directory.File("state");
        var (code, output, messages) = await RunAsync(null, cancellation, "demo", "--json", "--state-dir", state);

        Assert.That(code, Is.Zero, messages);
        using var json = JsonDocument.Parse(output);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(json.RootElement.GetProperty("accuracy").GetDouble(), Is.GreaterThan(0.9));
            Assert.That(json.RootElement.GetProperty("images").GetInt32(), Is.EqualTo(200));
            Assert.That(new FileInfo(json.RootElement.GetProperty("picture").GetString() ?? "").Length, Is.GreaterThan(10_000));
            Assert.That(messages, Does.Contain("Submitted job").And.Contain("  | 200 images"), "the job is shown live");
            Assert.That(LivesIn(state), Is.Empty, "nothing of it is left running");
        }
    }

    [Test, CancelAfter(120_000)]
    public async Task The_demo_fails_with_the_agents_last_words_when_the_agent_dies(CancellationToken cancellation)
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Ignore("The agent that dies is a shell script.");
            return; // Ignore throws; the platform analyzer does not know that.
        }

        using var directory = new TempDirectory();
        var agent = directory.File("agent");
        await File.WriteAllTextAsync(agent, $"#!/bin/sh\n[ \"$1\" = enroll ] && exec {Program("Agent", "rigshift")} \"$@\"\necho the disk is on fire\nexit 7\n", cancellation);
        File.SetUnixFileMode(agent, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var (code, output, messages) = await RunAsync(agent, cancellation, "demo", "--state-dir", directory.File("state"));

        Assert.That(code, Is.EqualTo(1), output);
        Assert.That(messages, Does.Contain("exit code 7").And.Contain("the disk is on fire").And.Not.Contain("   at "));
    }

    private static async Task<(int Code, string Output, string Messages)> RunAsync(string? agent, CancellationToken cancellation, params string[] arguments)
    {
        var start = new ProcessStartInfo(Program("Coordinator", "rigshift-coordinator"), arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (agent is not null)
        {
            start.Environment["RIGSHIFT_AGENT"] = agent;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("The coordinator did not start.");
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var messages = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output, await messages);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static string Program(string project, string name) =>
        Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", project, Configuration, OperatingSystem.IsWindows() ? name + ".exe" : name));

    // Command lines that name the state directory.
    private static List<string> LivesIn(string state) => !Directory.Exists("/proc")
        ? []
        : [.. Directory.EnumerateDirectories("/proc").Select(d => Path.Combine(d, "cmdline")).Select(ReadQuietly).Where(line => line.Contains(state, StringComparison.Ordinal))];

    private static string ReadQuietly(string file)
    {
        try
        {
            return File.Exists(file) ? File.ReadAllText(file) : "";
        }
        catch (IOException)
        {
            return ""; // The process has ended meanwhile.
        }
    }
}
