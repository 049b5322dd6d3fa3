using Microsoft.Win32.SafeHandles;

namespace Rigshift.Agent.Interop.Windows;

/// <param name="Environment">"NAME=value" each.</param>
/// <param name="Directory">Null: this process's own.</param>
internal sealed record WindowsSpawnRequest(
    string Path, IReadOnlyList<string> Arguments, IReadOnlyList<string> Environment, string? Directory, WindowsSpawnApart Apart);

internal enum WindowsSpawnApart : uint
{
    /// <summary>No console at all, so that closing ours does not end it: DETACHED_PROCESS.</summary>
    Detached = 0x8,

    /// <summary>A hidden console and a group of its own, so that Ctrl+Break can be sent to it alone: CREATE_NO_WINDOW, CREATE_NEW_PROCESS_GROUP.</summary>
    HiddenConsole = 0x08000000 | 0x200,
}

/// <summary>CreateProcess, with what a shim needs of it.</summary>
internal static unsafe class WindowsSpawn
{
    private const uint UnicodeEnvironment = 0x400;
    private const uint Suspended = 0x4;
    private const uint UseStdHandles = 0x100;

    /// <summary>Starts a program that inherits nothing; null with the system's words when it cannot.</summary>
    public static WindowsProcess? Start(WindowsSpawnRequest request, out string fault)
    {
        var startup = new Kernel32.StartupRecord { Size = (uint)sizeof(Kernel32.StartupRecord) };
        return Create(request, &startup, inherit: 0, flags: 0, out fault)?.Process;
    }

    /// <summary>Starts a program inside the job: it is put there before its first instruction runs.</summary>
    public static WindowsProcess? StartIn(JobObject job, WindowsSpawnRequest request, SafeFileHandle stdout, SafeFileHandle stderr, out string fault)
    {
        var startup = new Kernel32.StartupRecord
        {
            Size = (uint)sizeof(Kernel32.StartupRecord),
            Flags = UseStdHandles,
            Output = stdout.DangerousGetHandle(),
            Error = stderr.DangerousGetHandle(),
        };
        if (Create(request, &startup, inherit: 1, Suspended, out fault) is not { } made)
        {
            return null;
        }

        using (made.Thread)
        {
            if (job.Assign(made.Process.Handle))
            {
                _ = Kernel32.ResumeThread(made.Thread.DangerousGetHandle());
                return made.Process;
            }
        }

        fault = WindowsError.Words();
        made.Process.Kill();
        made.Process.Dispose();
        return null;
    }

    private static (WindowsProcess Process, SafeFileHandle Thread)? Create(
        WindowsSpawnRequest request, Kernel32.StartupRecord* startup, int inherit, uint flags, out string fault)
    {
        // CreateProcessW may write into the line; a copy with its own end is needed.
        var line = (CommandLine.Join(request.Arguments) + '\0').ToCharArray();
        var environment = string.Join('\0', request.Environment.Order(StringComparer.OrdinalIgnoreCase)) + "\0\0";
        Kernel32.ProcessRecord made;
        fixed (char* path = request.Path, text = line, block = environment, directory = request.Directory)
        {
            if (!Kernel32.CreateProcessW(path, text, 0, 0, inherit, (uint)request.Apart | UnicodeEnvironment | flags, block, directory, startup, &made))
            {
                fault = WindowsError.Words();
                return null;
            }
        }

        fault = "";
        return (new(new SafeProcessHandle(made.Process, ownsHandle: true), made.Pid), new SafeFileHandle(made.Thread, ownsHandle: true));
    }
}
