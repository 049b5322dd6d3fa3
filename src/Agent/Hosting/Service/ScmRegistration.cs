using System.ComponentModel;
using System.Runtime.Versioning;
using System.Security.AccessControl;
using System.Security.Principal;
using Rigshift.Agent.Interop.Windows;
using Rigshift.Agent.Model;

namespace Rigshift.Agent.Hosting.Service;

/// <summary>The agent as the Windows service "Rigshift".</summary>
[SupportedOSPlatform("windows")]
internal sealed class ScmRegistration(AgentPaths paths, bool relocated, bool ownConfig, TimeProvider time) : IServiceRegistration
{
    public const string Name = "Rigshift";

    /// <summary>Few rights and no password; what it may write is said by the folder's ACL.</summary>
    private const string Account = @"NT AUTHORITY\LocalService";

    private const int AccessDenied = 5;
    private const int AlreadyRunning = 1056;
    private const int NotActive = 1062;

    /// <summary>The service's own stop limit and a margin.</summary>
    private static readonly TimeSpan StateLimit = AgentHost.StopLimit + TimeSpan.FromSeconds(10);

    private static readonly TimeSpan StatePoll = TimeSpan.FromMilliseconds(200);

    public ServiceOutcome Install() => Guard("install", () =>
    {
        var existing = WindowsService.Find(Name, change: true);
        var isNew = existing is null;
        bool delays;
        bool restarts;
        using (var service = existing ?? WindowsService.Create(Name, "Rigshift agent", Command(), Account))
        {
            service.Replace("Rigshift agent", Command(), Account);
            service.Describe("Pulls AI jobs from the coordinator, runs them on this rig and reports them.");
            delays = service.TryDelayStart();
            restarts = service.TryRestartAfter(TimeSpan.FromDays(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromMinutes(5));
        }

        LetServiceIn(relocated ? paths.StateDir : Path.GetDirectoryName(paths.StateDir)!); // ProgramData\Rigshift: never a root.
        return ServiceOutcome.Done(
            $"{(isNew ? "Installed" : "Updated")} the service {Name}; it starts with the system.\n"
            + (delays ? "" : "This system does not know a delayed start: it starts at once.\n")
            + (restarts ? "" : "This system does not restart services that fail: have it watched.\n")
            + $"Next: {(isNew ? "rigshift enroll --token TOKEN, then rigshift service start" : "rigshift service stop, then start; running attempts go on")}");
    });

    public ServiceOutcome Uninstall() => Guard("uninstall", () =>
    {
        using var service = WindowsService.Find(Name, change: true);
        if (service is not null)
        {
            StopAndWait(service);
            service.Delete();
        }

        LeftOvers.End();
        return ServiceOutcome.Done($"Removed the service. Left in place: {paths.StateDir} (identity, results not yet reported), {paths.LogDir} and {paths.ConfigFile}.");
    });

    public ServiceOutcome Start() => WithService("start", service =>
    {
        try
        {
            service.Start();
        }
        catch (Win32Exception e) when (e.NativeErrorCode == AlreadyRunning) // Asked twice.
        {
        }

        return WaitFor(service, WindowsServiceState.Running)
            ? ServiceOutcome.Done("Started.")
            : ServiceOutcome.Failed("The service did not start. Its reasons: rigshift logs, and the Windows event log (System).");
    });

    public ServiceOutcome Stop() => WithService("stop", service => StopAndWait(service)
        ? ServiceOutcome.Done("Stopped. Running attempts go on; the next start takes them over.")
        : ServiceOutcome.Failed("The service is still stopping. See: rigshift logs"));

    public ServiceOutcome Status()
    {
        using var service = WindowsService.Find(Name, change: false);
        return service?.State() switch
        {
            null => new ServiceOutcome(ExitCode.NotRunning, "The service is not installed: rigshift service install", "absent"),
            WindowsServiceState.Running => new ServiceOutcome(ExitCode.Ok, "The service is running.", "running"),
            WindowsServiceState.Stopped => new ServiceOutcome(ExitCode.NotRunning, "The service is not running. Start it: rigshift service start", "stopped"),
            var state => new ServiceOutcome(ExitCode.NotRunning, $"The service is not running ({state}).", state.ToString()!.ToLowerInvariant()),
        };
    }

    private string Command() => $"\"{Environment.ProcessPath}\""
        + (relocated ? $" --state-dir \"{paths.StateDir}\"" : "")
        + (ownConfig ? $" --config \"{paths.ConfigFile}\"" : "")
        + " run";

    private static ServiceOutcome WithService(string verb, Func<WindowsService, ServiceOutcome> use) => Guard(verb, () =>
    {
        using var service = WindowsService.Find(Name, change: true);
        return service is null
            ? new ServiceOutcome(ExitCode.NotRunning, "The service is not installed: rigshift service install", "absent")
            : use(service);
    });

    private static ServiceOutcome Guard(string verb, Func<ServiceOutcome> use)
    {
        try
        {
            return use();
        }
        catch (Win32Exception e) when (e.NativeErrorCode == AccessDenied) // Not an administrator, or the account cannot read the program.
        {
            return verb == "start" && Environment.IsPrivilegedProcess
                ? ServiceOutcome.Failed(@"LocalService may not run this program where it lies. Move its folder to C:\Program Files\Rigshift and install again.")
                : ServiceOutcome.NotPermitted($"This needs an administrator: open a terminal with \"Run as administrator\", then: rigshift service {verb}");
        }
        catch (Win32Exception e) // The system's words and number are what a search finds.
        {
            return ServiceOutcome.Failed($"Windows answered {e.NativeErrorCode}: {e.Message}");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // The folder's ACL could not be set.
        {
            return ServiceOutcome.Failed(e.Message);
        }
    }

    private bool StopAndWait(WindowsService service)
    {
        try
        {
            service.RequestStop();
        }
        catch (Win32Exception e) when (e.NativeErrorCode == NotActive) // Stopped before.
        {
        }

        return WaitFor(service, WindowsServiceState.Stopped);
    }

    // The manager has no call that waits for a state.
    private bool WaitFor(WindowsService service, WindowsServiceState wanted)
    {
        var begin = time.GetTimestamp();
        while (service.State() != wanted)
        {
            if (time.GetElapsedTime(begin) > StateLimit || (wanted == WindowsServiceState.Running && service.State() == WindowsServiceState.Stopped))
            {
                return service.State() == wanted;
            }

            Task.Delay(StatePoll, time).GetAwaiter().GetResult();
        }

        return true;
    }

    // The rig's key lies here: ProgramData lets every user read, so the inherited rights are cut off.
    private static void LetServiceIn(string directory)
    {
        var rights = new DirectorySecurity();
        rights.SetAccessRuleProtection(isProtected: true, preserveInheritance: false);
        Allow(rights, WellKnownSidType.LocalSystemSid, FileSystemRights.FullControl);
        Allow(rights, WellKnownSidType.BuiltinAdministratorsSid, FileSystemRights.FullControl);
        Allow(rights, WellKnownSidType.LocalServiceSid, FileSystemRights.Modify);
        Directory.CreateDirectory(directory);
        new DirectoryInfo(directory).SetAccessControl(rights);
    }

    private static void Allow(DirectorySecurity rights, WellKnownSidType who, FileSystemRights what) => rights.AddAccessRule(new FileSystemAccessRule(
        new SecurityIdentifier(who, null), what, InheritanceFlags.ContainerInherit | InheritanceFlags.ObjectInherit, PropagationFlags.None, AccessControlType.Allow));
}
