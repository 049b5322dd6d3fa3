using Microsoft.Win32.SafeHandles;

namespace Rigshift.Agent.Interop.Windows;

/// <summary>One certain process: while the handle is open its number is not given to another one.</summary>
internal sealed unsafe class WindowsProcess : IDisposable
{
    private const uint TerminateQueryAndWait = 0x0001 | 0x1000 | 0x00100000;
    private const uint Signalled = 0;
    private const int LongestPath = 32_768;

    private readonly SafeProcessHandle handle;

    public WindowsProcess(SafeProcessHandle handle, int pid)
    {
        this.handle = handle;
        Pid = pid;
    }

    public SafeProcessHandle Handle => handle;

    public int Pid { get; }

    public bool Ended => Kernel32.WaitForSingleObject(handle, 0) == Signalled;

    /// <summary>FILETIME; with the process id it names one process.</summary>
    public long Created
    {
        get
        {
            long created, exited, kernel, user;
            return Kernel32.GetProcessTimes(handle, &created, &exited, &kernel, &user) ? created : 0;
        }
    }

    public string? ImagePath
    {
        get
        {
            var name = new char[LongestPath];
            var size = (uint)name.Length;
            fixed (char* start = name)
            {
                return Kernel32.QueryFullProcessImageNameW(handle, 0, start, &size) ? new string(start, 0, (int)size) : null;
            }
        }
    }

    public int? ExitCode
    {
        get
        {
            uint code;
            return Ended && Kernel32.GetExitCodeProcess(handle, &code) ? (int)code : null;
        }
    }

    public static WindowsProcess? TryOpen(int pid)
    {
        var handle = Kernel32.OpenProcess(TerminateQueryAndWait, inherit: false, pid);
        if (!handle.IsInvalid)
        {
            return new WindowsProcess(handle, pid);
        }

        handle.Dispose();
        return null;
    }

    /// <summary>A wait handle over the process, for the thread pool to wait on; the process must outlive it.</summary>
    public WaitHandle Waiter() => new Waitable { SafeWaitHandle = new SafeWaitHandle(handle.DangerousGetHandle(), ownsHandle: false) };

    public void Kill() => Kernel32.TerminateProcess(handle, 1);

    /// <summary>
    /// Ctrl+Break for a program with a hidden console of its own: the nearest that Windows has to SIGTERM. The caller
    /// must have no console and takes no harm from the signal itself.
    /// </summary>
    public void Break()
    {
        const uint CtrlBreak = 1;
        _ = Kernel32.SetConsoleCtrlHandler(0, add: true);
        if (Kernel32.AttachConsole((uint)Pid))
        {
            _ = Kernel32.GenerateConsoleCtrlEvent(CtrlBreak, (uint)Pid);
            _ = Kernel32.FreeConsole();
        }
    }

    public void Dispose() => handle.Dispose();

    private sealed class Waitable : WaitHandle;
}
