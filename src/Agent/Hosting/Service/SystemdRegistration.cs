using System.Globalization;
using System.Runtime.Versioning;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Hosting.Service;

/// <summary>The agent as rigshift.service.</summary>
[SupportedOSPlatform("linux")]
internal sealed class SystemdRegistration(AgentPaths paths, bool relocated, bool ownConfig) : IServiceRegistration
{
    private const string Unit = "rigshift.service";
    private const string UnitPath = "/etc/systemd/system/rigshift.service";
    private const string UsersPath = "/etc/sysusers.d/rigshift.conf";

    /// <summary>For one uninstall: the stop then reaches the attempts too.</summary>
    private const string DropIn = "/run/systemd/system/rigshift.service.d/stop-attempts.conf";

    private static readonly string[] CgroupRoots = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd"];

    public ServiceOutcome Install()
    {
        if (Obstacle("install") is { } obstacle)
        {
            return obstacle;
        }

        var executable = Environment.ProcessPath!; // Null only for a host without a main module.
        if (Hidden(executable) is { } folder)
        {
            return ServiceOutcome.Failed(
                $"The service has no access to {folder}, where this program lies. Move it first:\n"
                + $"  sudo cp -r '{Path.GetDirectoryName(executable)}' /opt/rigshift && sudo /opt/rigshift/rigshift service install");
        }

        var unit = UnitFile.Compose(executable, paths, relocated, ownConfig);
        var isNew = !File.Exists(UnitPath);
        Directory.CreateDirectory(Path.GetDirectoryName(paths.ConfigFile)!); // A full path of a file: for the owner to write into.
        Write(UsersPath, UnitFile.Resource("rigshift.sysusers"));
        Write(UnitPath, unit);
        return First(
                SystemTool.Run("systemd-sysusers", UsersPath),
                SystemTool.Run("systemctl", "daemon-reload"),
                SystemTool.Run("systemctl", "enable", Unit))
            ?? ServiceOutcome.Done(
                $"{(isNew ? "Installed" : "Updated")} {UnitPath}; it starts with the system.\n"
                + $"Next: {(isNew ? "sudo rigshift enroll --token TOKEN, then sudo rigshift service start" : "sudo systemctl restart rigshift; running attempts go on")}");
    }

    public ServiceOutcome Uninstall()
    {
        if (Obstacle("uninstall") is { } obstacle)
        {
            return obstacle;
        }

        if (File.Exists(UnitPath))
        {
            Write(DropIn, "[Service]\nKillMode=control-group\n");
            SystemTool.Run("systemctl", "daemon-reload");
            if (First(SystemTool.Run("systemctl", "stop", Unit)) is { } fault)
            {
                return fault;
            }

            SystemTool.Run("systemctl", "disable", Unit);
        }

        EndLeftOvers();
        foreach (var file in (ReadOnlySpan<string>)[DropIn, UnitPath, UsersPath])
        {
            File.Delete(file);
        }

        if (Directory.Exists(Path.GetDirectoryName(DropIn)))
        {
            Directory.Delete(Path.GetDirectoryName(DropIn)!); // A constant with a directory.
        }

        SystemTool.Run("systemctl", "daemon-reload");
        SystemTool.Run("systemctl", "reset-failed", Unit);
        return ServiceOutcome.Done(
            $"Removed the service. Left in place: {paths.StateDir} (identity, results not yet reported), {paths.LogDir}, {paths.ConfigFile} and the user 'rigshift' that owns them.\n"
            + $"To remove these too: sudo rm -r {paths.StateDir} {paths.LogDir} {Path.GetDirectoryName(paths.ConfigFile)}; sudo userdel rigshift");
    }

    public ServiceOutcome Start() => Obstacle("start") ?? Missing() ?? First(SystemTool.Run("systemctl", "start", Unit)) ?? ServiceOutcome.Done("Started.");

    public ServiceOutcome Stop() => Obstacle("stop") ?? Missing() ?? First(SystemTool.Run("systemctl", "stop", Unit)) ?? ServiceOutcome.Done("Stopped. Running attempts go on; the next start takes them over.");

    public ServiceOutcome Status()
    {
        if (!File.Exists(UnitPath))
        {
            return new ServiceOutcome(ExitCode.NotRunning, "The service is not installed: sudo rigshift service install", "absent");
        }

        var state = SystemTool.Run("systemctl", "is-active", Unit).Output;
        return state == "active"
            ? new ServiceOutcome(ExitCode.Ok, "The service is running.", "running")
            : new ServiceOutcome(ExitCode.NotRunning, $"The service is not running ({state}). Its log: journalctl -u rigshift", state == "inactive" ? "stopped" : state);
    }

    private static ServiceOutcome? Obstacle(string verb)
    {
        if (!Directory.Exists("/run/systemd/system"))
        {
            return ServiceOutcome.Failed("This system is not run by systemd. Have your own supervisor run: rigshift run");
        }

        return Environment.IsPrivilegedProcess ? null : ServiceOutcome.NotPermitted($"This needs root: sudo {Environment.ProcessPath} service {verb}");
    }

    private static ServiceOutcome? Missing() =>
        File.Exists(UnitPath) ? null : new ServiceOutcome(ExitCode.NotRunning, "The service is not installed: sudo rigshift service install", "absent");

    // ProtectHome=yes in the unit.
    private static string? Hidden(string executable) =>
        ((string[])["/home/", "/root/", "/run/user/"]).FirstOrDefault(folder => executable.StartsWith(folder, StringComparison.Ordinal));

    private static ServiceOutcome? First(params ReadOnlySpan<ToolAnswer> answers)
    {
        foreach (var answer in answers)
        {
            if (!answer.Ok)
            {
                return ServiceOutcome.Failed(answer.Words);
            }
        }

        return null;
    }

    // What an agent that is gone has left running: systemd does not stop it with a unit that is already down.
    private static void EndLeftOvers()
    {
        foreach (var file in CgroupRoots.Select(root => $"{root}/system.slice/{Unit}/cgroup.procs").Where(File.Exists))
        {
            foreach (var line in File.ReadAllLines(file))
            {
                SystemTool.Run("kill", "-KILL", int.Parse(line, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // Only called with constants that have a directory.
        File.WriteAllText(path, text);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
    }
}
