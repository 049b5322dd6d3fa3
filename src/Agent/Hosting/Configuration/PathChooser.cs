using System.Text;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Hosting.Configuration;

/// <summary>Turns --state-dir and --config into the places of one agent.</summary>
internal static class PathChooser
{
    /// <summary>sun_path is 108 bytes with its ending zero.</summary>
    private const int SocketPathLimit = 107;

    public static AgentPaths Choose(string? stateDir, string? configFile)
    {
        var own = stateDir is null ? null : Path.GetFullPath(stateDir);
        return OperatingSystem.IsWindows() ? Windows(own, configFile) : Linux(own, configFile);
    }

    /// <summary>Null when the control endpoint can be made there.</summary>
    public static string? Fault(AgentPaths paths)
    {
        var bytes = Encoding.UTF8.GetByteCount(paths.ControlEndpoint);
        return OperatingSystem.IsWindows() || bytes <= SocketPathLimit
            ? null
            : $"The control socket's path {paths.ControlEndpoint} is {bytes} bytes long, and the system allows {SocketPathLimit}. Choose a shorter --state-dir.";
    }

    private static AgentPaths Linux(string? own, string? configFile) => own is null
        ? new("/var/lib/rigshift", "/var/log/rigshift", Config(configFile, "/etc/rigshift"), "/run/rigshift/agent.sock")
        : new(own, Path.Combine(own, "logs"), Config(configFile, own), Path.Combine(own, "agent.sock"));

    private static AgentPaths Windows(string? own, string? configFile)
    {
        if (own is not null)
        {
            return new(own, Path.Combine(own, "logs"), Config(configFile, own), "rigshift-" + PipeSuffix(own));
        }

        var root = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.CommonApplicationData), "Rigshift");
        return new(Path.Combine(root, "state"), Path.Combine(root, "logs"), Config(configFile, root), "rigshift");
    }

    private static string Config(string? configFile, string directory) =>
        configFile is null ? Path.Combine(directory, "agent.json") : Path.GetFullPath(configFile);

    // Pipe names have no directories: each state directory gets a name of its own, the same from every working directory.
    private static string PipeSuffix(string directory)
    {
        // FNV-1a; only has to differ, not to resist anybody: the pipe's ACL decides who may use it.
        var hash = 14695981039346656037UL;
        foreach (var c in directory.TrimEnd('\\', '/').ToUpperInvariant())
        {
            hash = (hash ^ c) * 1099511628211UL;
        }

        return hash.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
    }
}
