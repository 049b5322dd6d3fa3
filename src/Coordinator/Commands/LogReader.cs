using System.Globalization;
using Rigshift.Protocol.V1;

namespace Rigshift.Coordinator.Commands;

/// <summary>Reads one attempt's log. Called again after a lost connection it goes on where it was.</summary>
internal sealed class LogReader(OperatorConnection connection, string jobId, uint attempt, LogStream only)
{
    private readonly Dictionary<LogStream, (LogLines Lines, ulong Next)> streams = [];

    /// <summary>Reads to the end, with <paramref name="follow"/> until the attempt has ended and all its log is there.</summary>
    public async Task ReadAsync(bool follow, Action<string, LogStream> line, CancellationToken cancellation)
    {
        await ReadChunksAsync(follow, chunk => Accept(chunk, line), cancellation);
        foreach (var (stream, state) in streams)
        {
            if (state.Lines.End() is { } rest)
            {
                line(rest, stream);
            }
        }
    }

    /// <summary>The bytes as the program wrote them; marks where some were dropped are left out.</summary>
    public Task ReadRawAsync(bool follow, Stream output, CancellationToken cancellation) =>
        ReadChunksAsync(follow, chunk => output.Write(chunk.Data.Span), cancellation);

    private async Task ReadChunksAsync(bool follow, Action<JobLogChunk> accept, CancellationToken cancellation)
    {
        using var call = connection.Jobs.ReadLogs(
            new ReadLogsRequest { JobId = jobId, AttemptNo = attempt, Follow = follow, Stream = only }, cancellationToken: cancellation);
        while (await call.ResponseStream.MoveNext(cancellation))
        {
            accept(call.ResponseStream.Current);
        }
    }

    private void Accept(JobLogChunk chunk, Action<string, LogStream> line)
    {
        var (lines, next) = streams.TryGetValue(chunk.Stream, out var known) ? known : (new LogLines(), 0UL);
        if (chunk.DroppedBytes > 0 && chunk.Offset > next)
        {
            line(string.Create(CultureInfo.InvariantCulture, $"[{chunk.DroppedBytes:N0} bytes of the log were dropped on the rig]"), chunk.Stream);
        }

        var end = chunk.Offset + (ulong)chunk.Data.Length;
        var repeated = (int)Math.Min((ulong)chunk.Data.Length, next > chunk.Offset ? next - chunk.Offset : 0);
        streams[chunk.Stream] = (lines, Math.Max(next, end));
        foreach (var text in lines.Add(chunk.Data.Span[repeated..]))
        {
            line(text, chunk.Stream);
        }
    }
}
