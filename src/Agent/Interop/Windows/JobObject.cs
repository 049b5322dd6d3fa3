using Microsoft.Win32.SafeHandles;

namespace Rigshift.Agent.Interop.Windows;

/// <summary>
/// A named job object: Windows' own process tree. While <see cref="Create"/>'s handle is the only one, its holder's
/// death kills every process inside, and none can break away.
/// </summary>
internal sealed unsafe class JobObject : IDisposable
{
    private const int BasicAccounting = 1;
    private const int ExtendedLimits = 9;
    private const uint KillOnClose = 0x2000;
    private const uint DieOnUnhandledException = 0x400;
    private const uint TerminateAndQuery = 0x0008 | 0x0004;

    private readonly SafeFileHandle handle;

    private JobObject(SafeFileHandle handle) => this.handle = handle;

    public static JobObject Create(string name)
    {
        var job = new JobObject(Kernel32.CreateJobObjectW(0, name));
        var limits = new Kernel32.JobLimits { Flags = KillOnClose | DieOnUnhandledException };
        return !job.handle.IsInvalid && Kernel32.SetInformationJobObject(job.handle, ExtendedLimits, &limits, (uint)sizeof(Kernel32.JobLimits))
            ? job
            : throw WindowsError.Last("CreateJobObject");
    }

    /// <summary>Null when it is gone, and with it every process that was in it.</summary>
    public static JobObject? TryOpen(string name)
    {
        var handle = Kernel32.OpenJobObjectW(TerminateAndQuery, inherit: false, name);
        if (!handle.IsInvalid)
        {
            return new JobObject(handle);
        }

        handle.Dispose();
        return null;
    }

    public bool Assign(SafeProcessHandle process) => Kernel32.AssignProcessToJobObject(handle, process);

    public void Terminate() => Kernel32.TerminateJobObject(handle, 1);

    public int ActiveProcesses() => (int)Account().ActiveProcesses;

    public (double CpuS, long PeakMemoryBytes) Usage()
    {
        var account = Account();
        Kernel32.JobLimits limits = default;
        _ = Kernel32.QueryInformationJobObject(handle, ExtendedLimits, &limits, (uint)sizeof(Kernel32.JobLimits), null);
        return ((account.UserTime + account.KernelTime) / (double)TimeSpan.TicksPerSecond, (long)limits.PeakJobMemory);
    }

    public void Dispose() => handle.Dispose();

    private Kernel32.JobAccount Account()
    {
        Kernel32.JobAccount account = default;
        _ = Kernel32.QueryInformationJobObject(handle, BasicAccounting, &account, (uint)sizeof(Kernel32.JobAccount), null);
        return account;
    }
}
