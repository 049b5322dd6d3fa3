using System.Text;

namespace Rigshift.Agent.Interop.Linux;

/// <summary>How a new process is set apart from this one.</summary>
internal enum SpawnApart
{
    /// <summary>A session of its own: no terminal, no hang-up, not in our group.</summary>
    Session = 0x80,

    /// <summary>A process group of its own in our session.</summary>
    Group = 0x02,
}

/// <param name="Stdout">Null: /dev/null.</param>
/// <param name="Stderr">Null: /dev/null.</param>
/// <param name="BlockSignals">True: starts with every signal blocked, for a program that reads its signals from a descriptor.</param>
internal sealed record SpawnRequest(
    string Path,
    IReadOnlyList<string> Arguments,
    IReadOnlyList<string> Environment,
    SpawnApart Apart,
    bool BlockSignals,
    Descriptor? Stdout = null,
    Descriptor? Stderr = null);

/// <summary>
/// posix_spawn: the only way to start a program that is safe from a process with threads, and, sharing the parent's
/// memory until exec, one that costs the same however large the parent is.
/// </summary>
internal static unsafe class Spawn
{
    // glibc's posix_spawnattr_t is 336 bytes and posix_spawn_file_actions_t 80; sigset_t is 128.
    private const int AttributesSize = 512;
    private const int ActionsSize = 256;
    private const int SignalSetSize = 128;
    private const short SetSignalDefaults = 0x04;
    private const short SetSignalMask = 0x08;
    private const int ReadWrite = 2;

    /// <summary>0 and the process id, or an errno: exec's own, when the program is missing or is not one.</summary>
    public static int Start(SpawnRequest request, out int pid)
    {
        var attributes = stackalloc byte[AttributesSize];
        var actions = stackalloc byte[ActionsSize];
        LibC.posix_spawnattr_init(attributes);
        LibC.posix_spawn_file_actions_init(actions);
        try
        {
            Prepare(request, attributes, actions);
            return Call(request, attributes, actions, out pid);
        }
        finally
        {
            LibC.posix_spawn_file_actions_destroy(actions);
            LibC.posix_spawnattr_destroy(attributes);
        }
    }

    private static void Prepare(SpawnRequest request, byte* attributes, byte* actions)
    {
        var all = stackalloc byte[SignalSetSize];
        var mask = stackalloc byte[SignalSetSize];
        LibC.sigfillset(all);
        LibC.sigemptyset(mask);
        if (request.BlockSignals)
        {
            LibC.sigfillset(mask);
        }

        LibC.posix_spawnattr_setsigdefault(attributes, all);
        LibC.posix_spawnattr_setsigmask(attributes, mask);
        LibC.posix_spawnattr_setpgroup(attributes, 0);
        LibC.posix_spawnattr_setflags(attributes, (short)((short)request.Apart | SetSignalDefaults | SetSignalMask));
        fixed (byte* devNull = "/dev/null\0"u8)
        {
            LibC.posix_spawn_file_actions_addopen(actions, 0, devNull, ReadWrite, 0);
            Redirect(actions, request.Stdout, 1, devNull);
            Redirect(actions, request.Stderr, 2, devNull);
        }
    }

    private static void Redirect(byte* actions, Descriptor? source, int target, byte* devNull)
    {
        if (source is null)
        {
            LibC.posix_spawn_file_actions_addopen(actions, target, devNull, ReadWrite, 0);
        }
        else
        {
            LibC.posix_spawn_file_actions_adddup2(actions, source.Number, target);
        }
    }

    private static int Call(SpawnRequest request, byte* attributes, byte* actions, out int pid)
    {
        var text = Pack(request, out var offsets);
        var count = request.Arguments.Count;
        var pointers = new nint[offsets.Length + 2];
        var child = 0;
        int fault;
        fixed (byte* start = text)
        fixed (nint* table = pointers)
        {
            // path, argv…, null, envp…, null
            for (var i = 1; i < offsets.Length; i++)
            {
                table[i <= count ? i - 1 : i] = (nint)(start + offsets[i]);
            }

            fault = LibC.posix_spawn(&child, start, actions, attributes, (byte**)table, (byte**)(table + count + 1));
        }

        pid = child;
        return fault;
    }

    private static byte[] Pack(SpawnRequest request, out int[] offsets)
    {
        string[] all = [request.Path, .. request.Arguments, .. request.Environment];
        offsets = new int[all.Length];
        var size = 0;
        for (var i = 0; i < all.Length; i++)
        {
            offsets[i] = size;
            size += Encoding.UTF8.GetByteCount(all[i]) + 1;
        }

        var text = new byte[size];
        for (var i = 0; i < all.Length; i++)
        {
            Encoding.UTF8.GetBytes(all[i], text.AsSpan(offsets[i]));
        }

        return text;
    }
}
