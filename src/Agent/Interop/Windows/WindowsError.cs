using System.Runtime.InteropServices;

namespace Rigshift.Agent.Interop.Windows;

/// <summary>The system's own words for its last error.</summary>
internal static class WindowsError
{
    public static string Words() => Words(Marshal.GetLastPInvokeError());

    public static string Words(int number) => $"{Marshal.GetPInvokeErrorMessage(number).Trim()} (error {number})";

    public static IOException Last(string call)
    {
        var number = Marshal.GetLastPInvokeError();
        return new IOException($"{call}: {Words(number)}");
    }
}
