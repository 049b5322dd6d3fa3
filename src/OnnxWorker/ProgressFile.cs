using System.Globalization;
using System.Text;
using Rigshift.Rules;

namespace Rigshift.OnnxWorker;

/// <summary>Appends lines "DONE TOTAL UNIT"; the agent reads the newest. Not more often than the plan's limit, but always the last.</summary>
internal sealed class ProgressFile : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1.0 / OnnxPlan.ProgressLinesPerSecond);

    private readonly string path;
    private readonly long total;
    private readonly string unit;
    private readonly TimeProvider time;
    private readonly FileStream stream;
    private long lastWritten;

    public ProgressFile(string path, long total, string unit, TimeProvider time)
    {
        (this.path, this.total, this.unit, this.time) = (path, total, unit, time);
        try
        {
            stream = new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw WorkerFault.Output(Path.GetFileName(path), fault);
        }

        Write(0);
    }

    public void Report(long done)
    {
        if (done == total || time.GetElapsedTime(lastWritten) >= Pause)
        {
            Write(done);
        }
    }

    public void Dispose() => stream.Dispose();

    private void Write(long done)
    {
        lastWritten = time.GetTimestamp();
        try
        {
            // One write per line: a reader never sees half of one.
            stream.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{done} {total} {unit}\n")));
        }
        catch (IOException fault)
        {
            throw WorkerFault.Output(Path.GetFileName(path), fault);
        }
    }
}
