using System.Runtime.InteropServices;

namespace Rigshift.Agent.Interop.Linux;

/// <summary>Pipes, files and waiting, below what .NET offers.</summary>
internal static unsafe class Plumbing
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int SetStatusFlags = 4;
    private const int ReadOnly = 0;
    private const int ReadWriteCreate = 2 | 0x40;
    private const uint OwnerOnly = 0x180;
    private const int LockNow = 2 | 4;
    private const short Readable = 1;

    /// <summary>A pipe whose read end never blocks.</summary>
    public static (Descriptor Read, Descriptor Write) Pipe()
    {
        var fds = stackalloc int[2];
        if (LibC.pipe2(fds, CloseOnExec) != 0)
        {
            throw LinuxError.Last("pipe2");
        }

        _ = LibC.fcntl(fds[0], SetStatusFlags, NonBlocking);
        return (new(fds[0]), new(fds[1]));
    }

    /// <summary>Bytes read; 0 at the end; null when there is nothing now.</summary>
    public static int? Read(Descriptor source, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = LibC.read(source.Number, start, buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }

                var error = Marshal.GetLastPInvokeError();
                if (error != LinuxError.Interrupted)
                {
                    return error == LinuxError.WouldBlock ? null : 0;
                }
            }
        }
    }

    /// <summary>Waits until something can be read from any of them. Null entries are left out; the timeout is -1 for ever.</summary>
    public static void WaitReadable(ReadOnlySpan<Descriptor?> sources, int timeoutMs)
    {
        var entries = stackalloc LibC.PollEntry[sources.Length];
        for (var i = 0; i < sources.Length; i++)
        {
            entries[i] = new() { Fd = sources[i]?.Number ?? -1, Wanted = Readable };
        }

        _ = LibC.poll(entries, (nuint)sources.Length, timeoutMs);
    }

    /// <summary>Holds the file's lock until it is disposed; null when another process does.</summary>
    public static Descriptor? TryLock(string path)
    {
        var fd = LibC.open(path, ReadWriteCreate | CloseOnExec, OwnerOnly);
        if (fd < 0)
        {
            throw LinuxError.Last($"open {path}");
        }

        var descriptor = new Descriptor(fd);
        if (LibC.flock(fd, LockNow) == 0)
        {
            return descriptor;
        }

        descriptor.Dispose();
        return null;
    }

    /// <summary>Everything that was written to the path's file system reaches the disk.</summary>
    public static void SyncFileSystem(string path)
    {
        var fd = LibC.open(path, ReadOnly | CloseOnExec, 0);
        if (fd >= 0)
        {
            _ = LibC.syncfs(fd);
            _ = LibC.close(fd);
        }
    }

    /// <summary>Null, or why this cannot be the working directory.</summary>
    public static string? ChangeDirectory(string path) =>
        LibC.chdir(path) == 0 ? null : LinuxError.Words(Marshal.GetLastPInvokeError());

    /// <summary>Every orphan among our descendants becomes our child, so that none gets away.</summary>
    public static void BecomeSubreaper()
    {
        const int SetChildSubreaper = 36;
        if (LibC.prctl(SetChildSubreaper, 1, 0, 0, 0) != 0)
        {
            throw LinuxError.Last("prctl");
        }
    }

    /// <summary>
    /// Undoes the protection from the out-of-memory killer that a service unit gives to the agent and every child inherits:
    /// when memory runs out, a job has to go and not the agent.
    /// </summary>
    public static void BecomeKillable()
    {
        const string Score = "/proc/self/oom_score_adj";
        try
        {
            // Raising needs no right; lowering what an owner has raised does.
            if (File.ReadAllText(Score).StartsWith('-'))
            {
                File.WriteAllText(Score, "0");
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A system without it: nothing was inherited either.
        }
    }

    /// <summary>Ends this process at once: no finalizer and no shutdown work of the language's runtime.</summary>
    public static void LeaveNow(int code) => LibC._exit(code);
}
