using System.Runtime.InteropServices;

namespace Rigshift.Agent.Interop.Linux;

/// <summary>
/// One certain process: its number may be given to another one later, this never is. Kernels from 5.3 on have it, and
/// those are all that .NET's current Linux list still names.
/// </summary>
internal sealed unsafe class PidFd : IDisposable
{
    // The same on every architecture: system calls from 424 on are numbered alike.
    private const long SendSignalCall = 424;
    private const long OpenCall = 434;
    private const int SignalRecordSize = 128;
    private const int CodeQueue = -1;

    private PidFd(Descriptor descriptor) => Descriptor = descriptor;

    /// <summary>Readable once the process has ended.</summary>
    public Descriptor Descriptor { get; }

    /// <summary>Null when there is no such process.</summary>
    public static PidFd? TryOpen(int pid)
    {
        var fd = LibC.syscall(OpenCall, pid, 0, 0, 0);
        if (fd >= 0)
        {
            return new PidFd(new Descriptor((int)fd));
        }

        return Marshal.GetLastPInvokeError() == LinuxError.NoSystemCall
            ? throw new PlatformNotSupportedException("This kernel has no pidfd_open: Linux 5.3 or newer is needed.")
            : null;
    }

    /// <summary>False when it has ended, or is another user's.</summary>
    public bool TrySend(int signal) => LibC.syscall(SendSignalCall, Descriptor.Number, signal, 0, 0) == 0;

    /// <summary>The same with a number that the receiver reads from its <see cref="SignalInbox"/>.</summary>
    public bool TrySend(int signal, int payload)
    {
        // siginfo_t: number, errno, code, padding, sender's pid and uid, value.
        var record = stackalloc int[SignalRecordSize / sizeof(int)];
        new Span<int>(record, SignalRecordSize / sizeof(int)).Clear();
        record[0] = signal;
        record[2] = CodeQueue;
        record[4] = Environment.ProcessId;
        record[6] = payload;
        return LibC.syscall(SendSignalCall, Descriptor.Number, signal, (nint)record, 0) == 0;
    }

    public void Dispose() => Descriptor.Dispose();
}
