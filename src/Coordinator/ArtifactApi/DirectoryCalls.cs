using System.Runtime.InteropServices;

namespace Rigshift.Coordinator.ArtifactApi;

/// <summary>The calls of the C library that .NET has no name for.</summary>
internal static partial class DirectoryCalls
{
    private const int ReadOnly = 0;

    /// <summary>File systems that cannot flush a directory (some network shares) say so, and lose nothing that we could keep.</summary>
    private const int NotSupported = 22;

    public static int Open(string path) =>
        OpenNative(path, ReadOnly) is var handle and >= 0 ? handle : throw new IOException($"{path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}");

    public static void Sync(int handle, string path)
    {
        if (SyncNative(handle) != 0 && Marshal.GetLastPInvokeError() != NotSupported)
        {
            throw new IOException($"{path} cannot be put on disk: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    public static void Close(int handle) => _ = CloseNative(handle);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenNative(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SyncNative(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int CloseNative(int handle);
}
