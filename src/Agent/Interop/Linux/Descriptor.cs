using Microsoft.Win32.SafeHandles;

namespace Rigshift.Agent.Interop.Linux;

/// <summary>A file descriptor that is closed once. Always close-on-exec, so that no job inherits one of ours.</summary>
internal sealed class Descriptor : SafeHandleMinusOneIsInvalid
{
    public Descriptor(int number)
        : base(ownsHandle: true) => SetHandle(number);

    /// <summary>For calls that finish while the caller holds this object.</summary>
    public int Number => (int)handle;

    protected override bool ReleaseHandle() => LibC.close((int)handle) == 0;
}
