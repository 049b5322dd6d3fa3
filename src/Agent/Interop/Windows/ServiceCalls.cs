using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Rigshift.Agent.Interop.Windows;

/// <summary>The service control manager's calls, as winsvc.h has them.</summary>
[SupportedOSPlatform("windows")]
internal static partial class ServiceCalls
{
    public const uint ManagerConnect = 0x1;
    public const uint ManagerCreate = 0x2;
    public const uint ServiceAllAccess = 0xF01FF;
    public const uint ServiceQueryStatus = 0x4;
    public const uint OwnProcess = 0x10;
    public const uint AutoStart = 2;
    public const uint ErrorNormal = 1;
    public const uint ControlStop = 1;

    public const uint ConfigDescription = 1;
    public const uint ConfigFailureActions = 2;
    public const uint ConfigDelayedAutoStart = 3;
    public const uint ConfigFailureActionsFlag = 4;

    private const string Library = "advapi32.dll";

    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [LibraryImport(Library, EntryPoint = "OpenSCManagerW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    public static partial ServiceHandle OpenManager(string? machine, string? database, uint access);

    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [LibraryImport(Library, EntryPoint = "OpenServiceW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    public static partial ServiceHandle Open(ServiceHandle manager, string name, uint access);

    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [LibraryImport(Library, EntryPoint = "CreateServiceW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    public static partial ServiceHandle Create(
        ServiceHandle manager, string name, string displayName, uint access, uint type, uint start, uint errorControl,
        string command, string? group, nint tag, string? dependencies, string? account, string? password);

    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [LibraryImport(Library, EntryPoint = "ChangeServiceConfigW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Change(
        ServiceHandle service, uint type, uint start, uint errorControl,
        string command, string? group, nint tag, string? dependencies, string? account, string? password, string displayName);

    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [LibraryImport(Library, EntryPoint = "ChangeServiceConfig2W", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static unsafe partial bool Change2(ServiceHandle service, uint level, void* value);

    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [LibraryImport(Library, EntryPoint = "StartServiceW", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Start(ServiceHandle service, uint count, nint arguments);

    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [LibraryImport(Library, EntryPoint = "ControlService", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Control(ServiceHandle service, uint control, out ServiceStatus status);

    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [LibraryImport(Library, EntryPoint = "QueryServiceStatus", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Query(ServiceHandle service, out ServiceStatus status);

    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [LibraryImport(Library, EntryPoint = "DeleteService", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Delete(ServiceHandle service);

    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [LibraryImport(Library, EntryPoint = "CloseServiceHandle", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool Close(nint handle);

    [StructLayout(LayoutKind.Sequential)]
    public struct ServiceStatus
    {
        public uint Type;
        public uint State;
        public uint Accepted;
        public uint Win32ExitCode;
        public uint ServiceExitCode;
        public uint CheckPoint;
        public uint WaitHint;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct FailureAction
    {
        public uint Type;
        public uint DelayMs;
    }

    [StructLayout(LayoutKind.Sequential)]
    public unsafe struct FailureActions
    {
        public uint ResetPeriodS;
        public char* RebootMessage;
        public char* Command;
        public uint Count;
        public FailureAction* Actions;
    }
}

/// <summary>A handle of the manager or of a service.</summary>
[SupportedOSPlatform("windows")]
internal sealed class ServiceHandle() : SafeHandleZeroOrMinusOneIsInvalid(ownsHandle: true)
{
    protected override bool ReleaseHandle() => ServiceCalls.Close(handle);
}
