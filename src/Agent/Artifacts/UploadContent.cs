using System.Net;
using Microsoft.Win32.SafeHandles;

namespace Rigshift.Agent.Artifacts;

/// <summary>The rest of a file as a request's body, rate-limited, telling the watch of every piece that went out.</summary>
internal sealed class UploadContent(SafeFileHandle file, long offset, long size, RateLimit limit, IdleWatch watch) : HttpContent
{
    // Small enough that a slow uplink shows progress within the idle time.
    private const int PieceBytes = 256 * 1024;

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var buffer = new byte[(int)Math.Min(PieceBytes, size - offset)];
        for (var at = offset; at < size;)
        {
            var read = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, (int)Math.Min(buffer.Length, size - at)), at, cancellationToken);
            if (read == 0)
            {
                throw new EndOfStreamException("The output is shorter than when it was collected.");
            }

            watch.Pause();
            await limit.TakeAsync(read, cancellationToken);
            watch.Moved();
            await stream.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            at += read;
        }

        watch.Moved();
    }

    protected override bool TryComputeLength(out long length)
    {
        length = size - offset;
        return true;
    }
}
