using Microsoft.Win32.SafeHandles;

namespace Rigshift.Agent.Interop.Windows;

/// <summary>A pipe whose write end a started program inherits.</summary>
internal static class OutputPipe
{
    private const uint Inherit = 1;
    private const uint Size = 64 * 1024;

    public static (SafeFileHandle Read, SafeFileHandle Write) Create() =>
        Kernel32.CreatePipe(out var read, out var write, 0, Size) && Kernel32.SetHandleInformation(write, Inherit, Inherit)
            ? (read, write)
            : throw WindowsError.Last("CreatePipe");
}
