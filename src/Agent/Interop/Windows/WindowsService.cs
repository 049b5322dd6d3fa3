using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace Rigshift.Agent.Interop.Windows;

/// <summary>One service of the Windows service control manager. Methods throw the system's own error code.</summary>
[SupportedOSPlatform("windows")]
internal sealed class WindowsService : IDisposable
{
    /// <summary>ERROR_SERVICE_DOES_NOT_EXIST.</summary>
    private const int DoesNotExist = 1060;

    /// <summary>ERROR_INVALID_LEVEL.</summary>
    private const int InvalidLevel = 124;

    private const uint RestartAction = 1;

    private readonly ServiceHandle service;

    private WindowsService(ServiceHandle service) => this.service = service;

    /// <summary>Null when there is no such service.</summary>
    /// <param name="name">The service's short name.</param>
    /// <param name="change">For more than looking at it.</param>
    public static WindowsService? Find(string name, bool change)
    {
        using var manager = Checked(ServiceCalls.OpenManager(null, null, ServiceCalls.ManagerConnect));
        var service = ServiceCalls.Open(manager, name, change ? ServiceCalls.ServiceAllAccess : ServiceCalls.ServiceQueryStatus);
        if (!service.IsInvalid)
        {
            return new WindowsService(service);
        }

        var code = Marshal.GetLastPInvokeError();
        service.Dispose();
        return code == DoesNotExist ? null : throw new Win32Exception(code);
    }

    public static WindowsService Create(string name, string displayName, string command, string account)
    {
        using var manager = Checked(ServiceCalls.OpenManager(null, null, ServiceCalls.ManagerConnect | ServiceCalls.ManagerCreate));
        var service = ServiceCalls.Create(
            manager, name, displayName, ServiceCalls.ServiceAllAccess, ServiceCalls.OwnProcess, ServiceCalls.AutoStart, ServiceCalls.ErrorNormal,
            command, null, 0, null, account, null);
        if (!service.IsInvalid)
        {
            return new WindowsService(service);
        }

        var code = Marshal.GetLastPInvokeError();
        service.Dispose();
        throw new Win32Exception(code);
    }

    public void Replace(string displayName, string command, string account) => Check(ServiceCalls.Change(
        service, ServiceCalls.OwnProcess, ServiceCalls.AutoStart, ServiceCalls.ErrorNormal, command, null, 0, null, account, null, displayName));

    public unsafe void Describe(string text)
    {
        fixed (char* words = text)
        {
            Check(ServiceCalls.Change2(service, ServiceCalls.ConfigDescription, &words));
        }
    }

    /// <summary>False when this system does not know the setting.</summary>
    public unsafe bool TryDelayStart()
    {
        var on = 1;
        return TryChange(ServiceCalls.ConfigDelayedAutoStart, &on);
    }

    /// <summary>
    /// Restarts after each delay in turn, the last one for ever; also when it stopped by itself with an error code. False when this
    /// system does not know the setting.
    /// </summary>
    public unsafe bool TryRestartAfter(TimeSpan resetAfter, params ReadOnlySpan<TimeSpan> delays)
    {
        var actions = stackalloc ServiceCalls.FailureAction[delays.Length];
        for (var i = 0; i < delays.Length; i++)
        {
            actions[i] = new ServiceCalls.FailureAction { Type = RestartAction, DelayMs = (uint)delays[i].TotalMilliseconds };
        }

        var failure = new ServiceCalls.FailureActions { ResetPeriodS = (uint)resetAfter.TotalSeconds, Count = (uint)delays.Length, Actions = actions };
        var on = 1;
        return TryChange(ServiceCalls.ConfigFailureActions, &failure) && TryChange(ServiceCalls.ConfigFailureActionsFlag, &on);
    }

    public void Start() => Check(ServiceCalls.Start(service, 0, 0));

    public void RequestStop() => Check(ServiceCalls.Control(service, ServiceCalls.ControlStop, out _));

    public void Delete() => Check(ServiceCalls.Delete(service));

    public WindowsServiceState State()
    {
        Check(ServiceCalls.Query(service, out var status));
        return (WindowsServiceState)status.State;
    }

    public void Dispose() => service.Dispose();

    private unsafe bool TryChange(uint level, void* value)
    {
        if (ServiceCalls.Change2(service, level, value))
        {
            return true;
        }

        var code = Marshal.GetLastPInvokeError();
        return code == InvalidLevel ? false : throw new Win32Exception(code);
    }

    private static ServiceHandle Checked(ServiceHandle handle)
    {
        if (!handle.IsInvalid)
        {
            return handle;
        }

        var code = Marshal.GetLastPInvokeError();
        handle.Dispose();
        throw new Win32Exception(code);
    }

    private static void Check(bool done)
    {
        if (!done)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }
}

/// <summary>As winsvc.h numbers them.</summary>
internal enum WindowsServiceState
{
    Stopped = 1,
    StartPending = 2,
    StopPending = 3,
    Running = 4,
    ContinuePending = 5,
    PausePending = 6,
    Paused = 7,
}
