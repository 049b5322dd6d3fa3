using Rigshift.Coordinator.Commands;

namespace Rigshift.Coordinator.Demo;

/// <summary>Where the parts of the demo are on this machine.</summary>
internal sealed record DemoPlaces(string SampleDirectory, string AgentProgram)
{
    private const string AgentVariable = "RIGSHIFT_AGENT";

    public string JobFile => Path.Combine(SampleDirectory, "job.yaml");

    public string LabelsFile => Path.Combine(SampleDirectory, "labels.csv");

    public string ImageDirectory => Path.Combine(SampleDirectory, "images");

    /// <exception cref="CommandException">A part is missing; the message says how to get it.</exception>
    public static DemoPlaces Find() => new(FindSample(), FindAgent());

    // The program may have been started from anywhere in the clone, and lies in the clone itself.
    private static string FindSample()
    {
        foreach (var start in new[] { Directory.GetCurrentDirectory(), AppContext.BaseDirectory })
        {
            for (var at = new DirectoryInfo(start); at is not null; at = at.Parent)
            {
                if (File.Exists(Path.Combine(at.FullName, "Agent.sln")))
                {
                    var sample = Path.Combine(at.FullName, "samples", "digits");
                    return File.Exists(Path.Combine(sample, "job.yaml"))
                        ? sample
                        : throw new CommandException(ExitCode.Failed, $"The sample job is missing: {sample}{Path.DirectorySeparatorChar}job.yaml. Restore it: git checkout -- samples/digits");
                }
            }
        }

        throw new CommandException(
            ExitCode.Failed,
            "The demo needs samples/digits from a clone of the repository. Clone it and run there: dotnet run --project src/Coordinator -- demo");
    }

    private static string FindAgent()
    {
        var name = OperatingSystem.IsWindows() ? "rigshift.exe" : "rigshift";
        if (Environment.GetEnvironmentVariable(AgentVariable) is { Length: > 0 } given)
        {
            return File.Exists(given) ? Path.GetFullPath(given) : throw new CommandException(ExitCode.Failed, $"{AgentVariable} names {given}, which does not exist. Correct it, or unset it.");
        }

        // Beside us when installed or published; in the build's tree under the same configuration (debug, release, release_linux-x64).
        var here = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var built = Path.Combine(here, "..", "..", "Agent", Path.GetFileName(here), name);
        return new[] { Path.Combine(here, name), built }.FirstOrDefault(File.Exists) is { } found
            ? Path.GetFullPath(found)
            : throw new CommandException(ExitCode.Failed, $"The agent is missing: neither {Path.Combine(here, name)} nor {Path.GetFullPath(built)} is there. Build it: dotnet build Agent.sln");
    }
}
