namespace Rigshift.Coordinator.Serving;

/// <summary>What lies where in the state directory.</summary>
internal sealed class StatePaths(string root)
{
    public string Root { get; } = Path.GetFullPath(root);

    public string Database => Path.Combine(Root, "coordinator.db");

    public string Lock => Path.Combine(Root, "coordinator.lock");

    public string Config => Path.Combine(Root, "coordinator.json");

    /// <summary>How the verbs on this machine reach the coordinator as its operator. Secret.</summary>
    public string Operator => Path.Combine(Root, "operator.json");

    public string Authority => Path.Combine(Root, "ca");

    public string Artifacts => Path.Combine(Root, "artifacts");

    public string JobLogs => Path.Combine(Root, "logs", "jobs");

    public string ServerLogs => Path.Combine(Root, "logs");

    /// <summary>The system's place for root, the user's own otherwise.</summary>
    public static string DefaultDirectory
    {
        get
        {
            if (OperatingSystem.IsWindows())
            {
                return Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "Rigshift", "coordinator");
            }

            if (Environment.IsPrivilegedProcess)
            {
                return "/var/lib/rigshift-coordinator";
            }

            var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            return Path.Combine(string.IsNullOrEmpty(state) ? Path.Combine(home, ".local", "state") : state, "rigshift-coordinator");
        }
    }
}
