using System.Security.Cryptography;
using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using Rigshift.Rules;

namespace Rigshift.Agent.Artifacts;

/// <summary>
/// Takes a file's bytes in order, hashes and writes them on another core than the one that receives them. A few large
/// buffers go round; nothing is allocated per piece.
/// </summary>
internal sealed class HashingFile : IAsyncDisposable
{
    private const int BufferBytes = 1 << 20;
    private const int Buffers = 4;

    private readonly SafeFileHandle file;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Channel<byte[]> free = Channel.CreateBounded<byte[]>(Buffers);
    private readonly Channel<(byte[] Buffer, int Count)> full = Channel.CreateBounded<(byte[], int)>(new BoundedChannelOptions(Buffers) { SingleReader = true, SingleWriter = true });
    private readonly Task writing;
    private byte[]? current;
    private int filled;

    /// <param name="length">Bytes that are there already; they are hashed from the disk first.</param>
    /// <param name="expected">Bytes that are to come, as far as known; it only sizes the buffers.</param>
    public HashingFile(SafeFileHandle file, long length, long expected)
    {
        this.file = file;
        Length = length;
        // A short artifact needs neither four buffers nor large ones.
        for (var i = 0; i < (expected < BufferBytes ? 1 : Buffers); i++)
        {
            free.Writer.TryWrite(new byte[Math.Clamp(expected + 1, 1, BufferBytes)]);
        }

        writing = Task.Run(() => WriteAsync(length));
    }

    /// <summary>Bytes taken so far, those on disk before included.</summary>
    public long Length { get; private set; }

    /// <summary>What the disk said when it refused; null while it does not.</summary>
    public Exception? DiskFault { get; private set; }

    /// <summary>Room for the next bytes; say how many with <see cref="AdvanceAsync"/>.</summary>
    public async ValueTask<Memory<byte>> GetMemoryAsync(CancellationToken cancellation)
    {
        if (current is null)
        {
            try
            {
                current = await free.Reader.ReadAsync(cancellation);
                filled = 0;
            }
            catch (ChannelClosedException) // The writing has failed, and says why.
            {
                await writing;
                throw;
            }
        }

        return current.AsMemory(filled);
    }

    public async ValueTask AdvanceAsync(int count)
    {
        filled += count;
        Length += count;
        if (filled == current!.Length) // GetMemoryAsync comes first.
        {
            await FlushAsync();
        }
    }

    /// <summary>Everything taken is with the system, and this is its digest. An I/O error of the writing comes out here.</summary>
    public async ValueTask<Digest> FinishAsync()
    {
        await FlushAsync();
        full.Writer.TryComplete();
        await writing;
        return Digest.FromHash(hash.GetCurrentHash());
    }

    /// <summary>Keeps what arrived: the next try goes on from there.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await FinishAsync();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // The next try meets the same disk and says so.
        {
        }

        hash.Dispose();
    }

    private async ValueTask FlushAsync()
    {
        if (current is not null && filled > 0)
        {
            var buffer = current;
            current = null;
            // Refused when the writing has failed; then its exception is what counts.
            if (!full.Writer.TryWrite((buffer, filled)))
            {
                await writing;
            }
        }
    }

    private async Task WriteAsync(long offset)
    {
        try
        {
            Rehash(offset);
            await foreach (var (buffer, count) in full.Reader.ReadAllAsync())
            {
                RandomAccess.Write(file, buffer.AsSpan(0, count), offset);
                hash.AppendData(buffer, 0, count);
                offset += count;
                free.Writer.TryWrite(buffer);
            }
        }
        catch (Exception e)
        {
            DiskFault = e;
            full.Writer.TryComplete();
            free.Writer.TryComplete(); // Wakes a receiver that waits for a buffer.
            throw;
        }
    }

    private void Rehash(long length)
    {
        var buffer = length > 0 ? new byte[BufferBytes] : [];
        for (long offset = 0; offset < length;)
        {
            var read = RandomAccess.Read(file, buffer.AsSpan(0, (int)Math.Min(buffer.Length, length - offset)), offset);
            if (read == 0)
            {
                throw new EndOfStreamException("The file is shorter than it was a moment ago.");
            }

            hash.AppendData(buffer, 0, read);
            offset += read;
        }
    }
}
