using Rigshift.Agent.Interop.Linux;

namespace Rigshift.Agent.Runtimes.Shim;

/// <summary>
/// The program and everything it started. Ends when nothing of it is left; the program's own end, a signal to the
/// shim, and the passing of the grace each move it on.
/// <code>
/// Running ─(program ends | TERM)→ Asked to end ─(grace over)→ Killed, again and again ─(no child left)→ gone
///     └───────────(program ends, no child left)─────────────────────────────────────────────────────────↑
/// </code>
/// </summary>
internal sealed class LinuxTree(int program, TimeSpan grace, SignalInbox inbox, LinuxOutputs outputs)
{
    // The program is done; what it left behind has no work of its own to finish.
    private static readonly TimeSpan LeftoverGrace = TimeSpan.FromSeconds(2);

    // How often the tree is killed again while new processes keep appearing or one hangs in the kernel.
    private static readonly TimeSpan KillAgain = TimeSpan.FromMilliseconds(50);

    private readonly long began = TimeProvider.System.GetTimestamp();
    private EndedHow? ended;
    private TimeSpan? killAt;

    private TimeSpan Now => TimeProvider.System.GetElapsedTime(began);

    public EndedHow WaitUntilGone()
    {
        while (Reap())
        {
            if (ended is not null && killAt is null)
            {
                Ask(LeftoverGrace);
            }

            if (Now >= killAt)
            {
                SignalAll(Signal.Kill);
                killAt = Now + KillAgain;
            }

            Plumbing.WaitReadable([inbox.Descriptor, outputs.StdoutReader, outputs.StderrReader], TimeoutMs());
            outputs.TakeSome();
            ReadSignals();
        }

        outputs.TakeRest();
        return ended ?? default;
    }

    /// <summary>False when no child is left.</summary>
    private bool Reap()
    {
        bool anyLeft;
        while (Reaper.TryTake(out var pid, out var how, out anyLeft))
        {
            if (pid == program)
            {
                ended ??= how;
            }
        }

        return anyLeft;
    }

    private void ReadSignals()
    {
        while (inbox.TryTake(out var signal))
        {
            if (signal.Number is Signal.Terminate or Signal.Interrupt)
            {
                Ask(signal.Payload is { } ms ? TimeSpan.FromMilliseconds(Math.Max(ms, 0)) : grace);
            }
        }
    }

    /// <summary>A later call may shorten the grace and never lengthens it.</summary>
    private void Ask(TimeSpan patience)
    {
        if (killAt is null)
        {
            SignalAll(Signal.Terminate);
        }

        var deadline = Now + patience;
        killAt = killAt < deadline ? killAt : deadline;
    }

    private int TimeoutMs() =>
        killAt is { } deadline ? (int)Math.Clamp(Math.Ceiling((deadline - Now).TotalMilliseconds), 0, int.MaxValue) : -1;

    private static void SignalAll(int signal)
    {
        foreach (var process in ProcFs.Descendants(Environment.ProcessId))
        {
            ProcFs.Signal(process, signal);
        }
    }
}
