using System.Runtime.InteropServices;

// No library of ours may stand in for a system's: neither the current nor the program's directory is searched.
[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.System32)]

namespace Rigshift.Agent.Interop.Linux;

/// <summary>
/// The C library as it is: names, types and -1 with errno are those of the manual pages. Void where the only error is
/// a wrong argument.
/// </summary>
internal static unsafe partial class LibC
{
    private const string C = "libc";

    [LibraryImport(C)]
    public static partial int posix_spawn(int* pid, byte* path, void* actions, void* attributes, byte** argv, byte** envp);

    [LibraryImport(C)]
    public static partial void posix_spawn_file_actions_init(void* actions);

    [LibraryImport(C)]
    public static partial void posix_spawn_file_actions_destroy(void* actions);

    [LibraryImport(C)]
    public static partial void posix_spawn_file_actions_adddup2(void* actions, int from, int to);

    [LibraryImport(C)]
    public static partial void posix_spawn_file_actions_addopen(void* actions, int fd, byte* path, int flags, uint mode);

    [LibraryImport(C)]
    public static partial void posix_spawnattr_init(void* attributes);

    [LibraryImport(C)]
    public static partial void posix_spawnattr_destroy(void* attributes);

    [LibraryImport(C)]
    public static partial void posix_spawnattr_setflags(void* attributes, short flags);

    [LibraryImport(C)]
    public static partial void posix_spawnattr_setpgroup(void* attributes, int group);

    [LibraryImport(C)]
    public static partial void posix_spawnattr_setsigdefault(void* attributes, void* set);

    [LibraryImport(C)]
    public static partial void posix_spawnattr_setsigmask(void* attributes, void* set);

    [LibraryImport(C)]
    public static partial void sigemptyset(void* set);

    [LibraryImport(C)]
    public static partial void sigfillset(void* set);

    [LibraryImport(C)]
    public static partial void sigaddset(void* set, int signal);

    [LibraryImport(C)]
    public static partial void pthread_sigmask(int how, void* set, void* old);

    [LibraryImport(C, SetLastError = true)]
    public static partial int signalfd(int fd, void* set, int flags);

    [LibraryImport(C, SetLastError = true)]
    public static partial int prctl(int option, nint a, nint b, nint c, nint d);

    [LibraryImport(C, SetLastError = true)]
    public static partial int pipe2(int* fds, int flags);

    [LibraryImport(C, SetLastError = true)]
    public static partial int fcntl(int fd, int command, nint argument);

    [LibraryImport(C, SetLastError = true)]
    public static partial nint read(int fd, void* buffer, nint count);

    [LibraryImport(C)]
    public static partial int close(int fd);

    [LibraryImport(C, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int open(string path, int flags, uint mode);

    [LibraryImport(C, SetLastError = true)]
    public static partial int flock(int fd, int operation);

    [LibraryImport(C, SetLastError = true)]
    public static partial int syncfs(int fd);

    [LibraryImport(C, SetLastError = true)]
    public static partial int poll(PollEntry* entries, nuint count, int timeoutMs);

    [LibraryImport(C, SetLastError = true)]
    public static partial int epoll_create1(int flags);

    [LibraryImport(C, SetLastError = true)]
    public static partial int epoll_ctl(int epoll, int operation, int fd, void* item);

    [LibraryImport(C, SetLastError = true)]
    public static partial int epoll_wait(int epoll, void* items, int capacity, int timeoutMs);

    [LibraryImport(C, SetLastError = true)]
    public static partial int waitpid(int pid, int* status, int options);

    [LibraryImport(C, SetLastError = true)]
    public static partial int getrusage(int who, void* usage);

    [LibraryImport(C, SetLastError = true)]
    public static partial int clock_gettime(int clock, long* secondsAndNanoseconds);

    [LibraryImport(C, SetLastError = true)]
    public static partial long syscall(long number, nint a, nint b, nint c, nint d);

    [LibraryImport(C, SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int chdir(string path);

    [LibraryImport(C)]
    public static partial void _exit(int code);

    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Fd;
        public short Wanted;
        public short Seen;
    }
}
