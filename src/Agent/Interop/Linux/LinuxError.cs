using System.Runtime.InteropServices;

namespace Rigshift.Agent.Interop.Linux;

/// <summary>The system's own words for an error number.</summary>
internal static class LinuxError
{
    public const int NoSuchProcess = 3;
    public const int Interrupted = 4;
    public const int NoChild = 10;
    public const int WouldBlock = 11;
    public const int NoSystemCall = 38;

    public static string Words(int number) => $"{Marshal.GetPInvokeErrorMessage(number)} (errno {number})";

    public static IOException Last(string call)
    {
        var number = Marshal.GetLastPInvokeError();
        return new IOException($"{call}: {Words(number)}");
    }
}
