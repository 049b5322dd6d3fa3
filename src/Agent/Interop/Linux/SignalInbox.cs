using System.Runtime.InteropServices;

namespace Rigshift.Agent.Interop.Linux;

internal readonly record struct ReceivedSignal(int Number, int? Payload);

/// <summary>Signals as messages on a descriptor: no handler runs, no thread is needed, none is lost between checks.</summary>
internal sealed unsafe class SignalInbox : IDisposable
{
    private const int SignalSetSize = 128;
    private const int EntrySize = 128;
    private const int NumberOffset = 0;
    private const int CodeOffset = 8;
    private const int PayloadOffset = 44;
    private const int CodeQueue = -1;
    private const int Block = 0;
    private const int NonBlockCloseOnExec = 0x800 | 0x80000;

    private SignalInbox(Descriptor descriptor) => Descriptor = descriptor;

    public Descriptor Descriptor { get; }

    /// <summary>Whether this thread has the signal blocked, as whoever started the process left it for all its threads.</summary>
    public static bool IsBlocked(int signal)
    {
        var mask = stackalloc ulong[SignalSetSize / sizeof(ulong)];
        LibC.pthread_sigmask(Block, null, mask);
        return (mask[0] & (1UL << (signal - 1))) != 0;
    }

    /// <summary>Blocks the signals in this thread; a caller that has other threads must have been started with them blocked.</summary>
    public static SignalInbox Open(params ReadOnlySpan<int> signals)
    {
        var set = stackalloc byte[SignalSetSize];
        LibC.sigemptyset(set);
        foreach (var signal in signals)
        {
            LibC.sigaddset(set, signal);
        }

        LibC.pthread_sigmask(Block, set, null);
        var fd = LibC.signalfd(-1, set, NonBlockCloseOnExec);
        return fd < 0 ? throw LinuxError.Last("signalfd") : new SignalInbox(new Descriptor(fd));
    }

    public bool TryTake(out ReceivedSignal signal)
    {
        var entry = stackalloc byte[EntrySize];
        var read = LibC.read(Descriptor.Number, entry, EntrySize);
        var bytes = new ReadOnlySpan<byte>(entry, EntrySize);
        signal = read == EntrySize
            ? new(MemoryMarshal.Read<int>(bytes[NumberOffset..]),
                MemoryMarshal.Read<int>(bytes[CodeOffset..]) == CodeQueue ? MemoryMarshal.Read<int>(bytes[PayloadOffset..]) : null)
            : default;
        return read == EntrySize;
    }

    public void Dispose() => Descriptor.Dispose();
}
