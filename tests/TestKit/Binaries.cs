namespace Rigshift.TestKit;

/// <summary>
/// The programs under test: those that RIGSHIFT_BIN and RIGSHIFT_COORDINATOR_BIN name (CI: the published ones), each a program or its
/// folder, else what this build made.
/// </summary>
public static class Binaries
{
    public static string Agent => Find("rigshift", "Agent", "RIGSHIFT_BIN");

    public static string Coordinator => Find("rigshift-coordinator", "Coordinator", "RIGSHIFT_COORDINATOR_BIN");

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

    private static string Find(string program, string project, string variable)
    {
        var name = OperatingSystem.IsWindows() ? program + ".exe" : program;
        // artifacts/bin/<this test project>/<configuration>/ → artifacts/bin/<project>/<configuration>/
        var built = Path.Combine(AppContext.BaseDirectory, "..", "..", project, new DirectoryInfo(AppContext.BaseDirectory).Name, name);
        if (Environment.GetEnvironmentVariable(variable) is not { Length: > 0 } named)
        {
            return Existing(Path.GetFullPath(built), "Build Agent.sln first.");
        }

        return Existing(Directory.Exists(named) ? Path.Combine(named, name) : named, $"{variable} names it.");
    }

    private static string Existing(string path, string remedy) => File.Exists(path) ? path : throw new FileNotFoundException($"There is no {path}. {remedy}");
}
