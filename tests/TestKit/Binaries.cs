namespace Rigshift.TestKit;

/// <summary>
/// The programs under test: those in the folder that RIGSHIFT_BIN names (CI: the published ones), else what this build made.
/// </summary>
public static class Binaries
{
    public static string Agent => Find("rigshift", "Agent");

    public static string Coordinator => Find("rigshift-coordinator", "Coordinator");

    /// <summary>The repository's root: the folder that holds Agent.sln.</summary>
    public static string RepositoryRoot
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Agent.sln")))
                {
                    return folder.FullName;
                }
            }

            throw new InvalidOperationException($"No Agent.sln above {AppContext.BaseDirectory}.");
        }
    }

    private static string Find(string program, string project)
    {
        var name = OperatingSystem.IsWindows() ? program + ".exe" : program;
        string?[] folders =
        [
            Environment.GetEnvironmentVariable("RIGSHIFT_BIN"),
            // artifacts/bin/<this test project>/<configuration>/ → artifacts/bin/<project>/<configuration>/
            Path.Combine(AppContext.BaseDirectory, "..", "..", project, new DirectoryInfo(AppContext.BaseDirectory).Name),
        ];
        return folders.OfType<string>().Select(folder => Path.GetFullPath(Path.Combine(folder, name))).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"{name} is in none of: {string.Join(", ", folders)}. Build Agent.sln first.");
    }
}
