namespace Rigshift.Agent.Interop.Windows;

internal static unsafe class WindowsMemory
{
    public static (long Total, long Available) Read()
    {
        var status = new Kernel32.MemoryStatus { Size = (uint)sizeof(Kernel32.MemoryStatus) };
        return Kernel32.GlobalMemoryStatusEx(&status) ? ((long)status.Total, (long)status.Available) : (0, 0);
    }
}
