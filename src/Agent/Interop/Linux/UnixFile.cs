using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Rigshift.Agent.Interop.Linux;

/// <summary>File calls that .NET does not offer: opening below a directory without following links, file types, directory fsync.</summary>
[SupportedOSPlatform("linux")]
internal static partial class UnixFile
{
    private const int ReadOnly = 0;
    private const int NonBlocking = 0x800; // A FIFO must not block its opener.
    private const int CloseOnExec = 0x80000;
    private static readonly bool IsArm = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    // The two flags that differ between x86 and ARM.
    private static int DirectoryOnly => IsArm ? 0x4000 : 0x10000;

    private static int NoFollow => IsArm ? 0x8000 : 0x20000;

    /// <summary>Makes names that were created or renamed in a directory survive a power cut. 0, or errno.</summary>
    public static int SyncDirectory(string path)
    {
        using var directory = Own(Open(path, ReadOnly | DirectoryOnly | CloseOnExec, 0));
        return directory.IsInvalid || Sync(directory) != 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    /// <summary>
    /// Opens a file below <paramref name="root"/> for reading; null and errno when there is none. A link anywhere below the
    /// root is refused with ELOOP or ENOTDIR.
    /// </summary>
    public static SafeFileHandle? OpenBeneath(string root, IReadOnlyList<string> segments, out int errno)
    {
        var handle = Own(Open(root, ReadOnly | DirectoryOnly | CloseOnExec, 0));
        for (var i = 0; i < segments.Count && !handle.IsInvalid; i++)
        {
            var kind = i == segments.Count - 1 ? NonBlocking : DirectoryOnly;
            using var parent = handle;
            handle = Own(OpenAt(parent, segments[i], ReadOnly | NoFollow | CloseOnExec | kind, 0));
        }

        errno = handle.IsInvalid ? Marshal.GetLastPInvokeError() : 0;
        if (!handle.IsInvalid)
        {
            return handle;
        }

        handle.Dispose();
        return null;
    }

    /// <summary>Type and size of what is open; null when the system does not say.</summary>
    public static unsafe UnixFileFacts? Stat(SafeFileHandle handle)
    {
        const int EmptyPath = 0x1000;
        StatX facts;
        return StatXHandle(handle, "", EmptyPath, StatX.BasicMask, &facts) == 0 ? facts.ToFacts() : null;
    }

    /// <summary>The same for a path whose last part is not followed when it is a link.</summary>
    public static unsafe UnixFileFacts? Stat(string path)
    {
        const int CurrentDirectory = -100;
        const int NoFollowLink = 0x100;
        StatX facts;
        return StatXPath(CurrentDirectory, path, NoFollowLink, StatX.BasicMask, &facts) == 0 ? facts.ToFacts() : null;
    }

    private static SafeFileHandle Own(int descriptor) => new(descriptor, ownsHandle: true);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int OpenAt(SafeFileHandle directory, string name, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(SafeFileHandle handle);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int StatXHandle(SafeFileHandle directory, string path, int flags, uint mask, StatX* facts);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial int StatXPath(int directory, string path, int flags, uint mask, StatX* facts);

    // struct statx of linux/stat.h: the same on every architecture, unlike struct stat.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct StatX
    {
        public const uint BasicMask = 0x7ff;

        [FieldOffset(28)]
        private readonly ushort mode;

        [FieldOffset(40)]
        private readonly ulong size;

        [FieldOffset(48)]
        private readonly ulong blocks;

        public readonly UnixFileFacts ToFacts() => new(
            (mode & 0xF000) switch { 0x8000 => UnixFileType.Regular, 0x4000 => UnixFileType.Directory, 0xA000 => UnixFileType.Link, _ => UnixFileType.Special },
            (long)size,
            (long)blocks * 512);
    }
}

/// <param name="AllocatedBytes">What it takes on the disk; less than its size when it is sparse.</param>
internal readonly record struct UnixFileFacts(UnixFileType Type, long SizeBytes, long AllocatedBytes);

internal enum UnixFileType
{
    Regular = 1,
    Directory = 2,
    Link = 3,

    /// <summary>Socket, pipe or device.</summary>
    Special = 4,
}
