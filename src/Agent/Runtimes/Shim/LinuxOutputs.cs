using Rigshift.Agent.Interop.Linux;

namespace Rigshift.Agent.Runtimes.Shim;

/// <summary>Both pipes of the program, always drained: a program never blocks because nobody reads its output.</summary>
internal sealed class LinuxOutputs : IDisposable
{
    // As much as a pipe holds by default.
    private const int BufferSize = 64 * 1024;

    private readonly byte[] buffer = new byte[BufferSize];
    private readonly LogSegmentWriter stdout;
    private readonly LogSegmentWriter stderr;
    private Descriptor? stdoutReader;
    private Descriptor? stderrReader;

    public LinuxOutputs(ControlFiles files, long capBytes)
    {
        stdout = new(files.Stdout, capBytes / 2);
        stderr = new(files.Stderr, capBytes / 2);
        (stdoutReader, StdoutWriter) = Plumbing.Pipe();
        (stderrReader, StderrWriter) = Plumbing.Pipe();
    }

    public Descriptor StdoutWriter { get; }

    public Descriptor StderrWriter { get; }

    public Descriptor? StdoutReader => stdoutReader;

    public Descriptor? StderrReader => stderrReader;

    /// <summary>So that the pipes end when the program's tree has ended.</summary>
    public void ForgetWriters()
    {
        StdoutWriter.Dispose();
        StderrWriter.Dispose();
    }

    /// <summary>Takes one bufferful of each, so that a flood does not delay a signal.</summary>
    public void TakeSome()
    {
        Take(ref stdoutReader, stdout);
        Take(ref stderrReader, stderr);
    }

    /// <summary>Takes what the pipes still hold when nobody of the tree is left to write more.</summary>
    public void TakeRest()
    {
        while (Take(ref stdoutReader, stdout) | Take(ref stderrReader, stderr))
        {
            // Each turn took something.
        }
    }

    public void Dispose()
    {
        ForgetWriters();
        stdoutReader?.Dispose();
        stderrReader?.Dispose();
        stdout.Dispose();
        stderr.Dispose();
    }

    private bool Take(ref Descriptor? source, LogSegmentWriter target)
    {
        if (source is null || Plumbing.Read(source, buffer) is not { } count)
        {
            return false;
        }

        if (count == 0)
        {
            source.Dispose();
            source = null;
            return false;
        }

        target.Append(buffer.AsSpan(0, count));
        return true;
    }
}
