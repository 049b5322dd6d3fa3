using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Rigshift.Agent.Interop.Linux;

/// <summary>Tells when processes end: one sleeping thread for all of them, and no polling.</summary>
internal sealed unsafe class ExitWatch
{
    private const int CloseOnExec = 0x80000;
    private const int Add = 1;
    private const int Remove = 2;
    private const uint Readable = 1;
    private const int Batch = 64;

    private readonly ConcurrentDictionary<int, Watched> watched = new();
    private readonly Lazy<Descriptor> epoll;

    public ExitWatch() => epoll = new(Begin);

    /// <summary>Takes the handle over; completes when its process has ended.</summary>
    public Task WhenEnded(PidFd process)
    {
        var number = process.Descriptor.Number;
        var item = new Watched(process, new(TaskCreationOptions.RunContinuationsAsynchronously));
        watched[number] = item;
        var record = new EpollItem { Events = Readable, Tag = number };
        if (LibC.epoll_ctl(epoll.Value.Number, Add, number, &record) != 0)
        {
            watched.TryRemove(number, out _);
            throw LinuxError.Last("epoll_ctl");
        }

        return item.Ended.Task;
    }

    private Descriptor Begin()
    {
        var fd = LibC.epoll_create1(CloseOnExec);
        var descriptor = fd < 0 ? throw LinuxError.Last("epoll_create1") : new Descriptor(fd);
        new Thread(() => Loop(descriptor), maxStackSize: 256 * 1024) { IsBackground = true, Name = "exit watch" }.Start();
        return descriptor;
    }

    private void Loop(Descriptor descriptor)
    {
        var items = stackalloc EpollItem[Batch];
        while (true)
        {
            var count = LibC.epoll_wait(descriptor.Number, items, Batch, -1);
            for (var i = 0; i < count; i++)
            {
                if (watched.TryRemove((int)items[i].Tag, out var item))
                {
                    LibC.epoll_ctl(descriptor.Number, Remove, item.Process.Descriptor.Number, null);
                    item.Process.Dispose();
                    item.Ended.SetResult();
                }
            }
        }
    }

    private sealed record Watched(PidFd Process, TaskCompletionSource Ended);

    // Packed on x86-64, the only architecture of a rig.
    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private struct EpollItem
    {
        public uint Events;
        public long Tag;
    }
}
