using Rigshift.Agent.Model;

namespace Rigshift.Agent.Interop.Windows;

/// <summary>
/// QueryPerformanceCounter, which goes on while the rig sleeps (QueryUnbiasedInterruptTime does not, and so cannot
/// time a lease). Windows has no documented name for a boot: reattaching relies on creation time and image path.
/// </summary>
internal sealed class WindowsBootClock : IBootClock
{
    public TimeSpan Now => TimeProvider.System.GetElapsedTime(0);

    public string BootId => "";
}
