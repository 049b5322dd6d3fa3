using System.Security.Cryptography;
using Rigshift.Coordinator.Serving;
using Rigshift.Rules;

namespace Rigshift.Coordinator.ArtifactApi;

/// <summary>Artifacts on disk, by digest. What can be seen here has been verified; what is still coming lies beside it.</summary>
internal sealed class ArtifactShelf
{
    private const int BufferBytes = 256 * 1024;
    private const string PartialEnding = ".partial";

    private readonly UploadTurns uploads = new();
    private readonly string root;
    private readonly string incoming;
    private readonly long limit;

    public ArtifactShelf(StatePaths paths, StorageOptions options)
    {
        root = paths.Artifacts;
        incoming = Path.Combine(root, "incoming");
        limit = options.MaxArtifactBytes;
        PrivateFile.CreateDirectory(root);
        PrivateFile.CreateDirectory(incoming);
    }

    public string PathOf(Digest digest) => Path.Combine(root, digest.Hex[..2], digest.Hex);

    /// <summary>Null: it is not here.</summary>
    public long? SizeOf(Digest digest)
    {
        var file = new FileInfo(PathOf(digest));
        return file.Exists ? file.Length : null;
    }

    /// <summary>For reading from the beginning; null: it is not here.</summary>
    public FileStream? Open(Digest digest)
    {
        var path = PathOf(digest);
        // Without a buffer of its own: the reader brings one.
        return File.Exists(path) ? new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, bufferSize: 0, FileOptions.SequentialScan) : null;
    }

    /// <summary>Bytes of an upload that has not ended.</summary>
    public long PartialSize(Digest digest)
    {
        var file = new FileInfo(PartialOf(digest));
        return file.Exists ? file.Length : 0;
    }

    /// <summary>Those that are not here, or are no digests.</summary>
    public IReadOnlyList<string> Missing(IEnumerable<string> digests) =>
        [.. digests.Distinct().Where(text => !Digest.TryParse(text, out var digest) || SizeOf(digest) is null)];

    /// <summary>
    /// Takes bytes from <paramref name="offset"/> on. What arrived before the body broke stays, so that the next try goes on
    /// from there.
    /// </summary>
    /// <param name="length">Bytes of the whole artifact; null: the end of this body is its end.</param>
    public async Task<UploadOutcome> TakeAsync(Digest digest, long offset, long? length, Stream body, CancellationToken cancellation)
    {
        // Two uploads of the same bytes: the second waits, and then finds that there is nothing left to do.
        using (await uploads.TakeAsync(digest, cancellation))
        {
            if (SizeOf(digest) is { } size)
            {
                return new UploadOutcome(UploadState.Present, size);
            }

            var held = PartialSize(digest);
            if (offset != held)
            {
                return new UploadOutcome(UploadState.WrongOffset, held);
            }

            return await AppendAsync(digest, held, length, body, cancellation);
        }
    }

    /// <summary>Throws away what began to come before <paramref name="before"/> and has not grown since; returns how many.</summary>
    public async Task<int> ForgetStaleAsync(DateTimeOffset before, CancellationToken cancellation)
    {
        var gone = 0;
        foreach (var file in new DirectoryInfo(incoming).EnumerateFiles("*" + PartialEnding))
        {
            if (file.LastWriteTimeUtc >= before.UtcDateTime || !Digest.TryParse("sha256:" + Path.GetFileNameWithoutExtension(file.Name), out var digest))
            {
                continue;
            }

            using (await uploads.TakeAsync(digest, cancellation))
            {
                file.Refresh();
                if (file.Exists && file.LastWriteTimeUtc < before.UtcDateTime)
                {
                    file.Delete();
                    gone++;
                }
            }
        }

        return gone;
    }

    private async Task<UploadOutcome> AppendAsync(Digest digest, long held, long? length, Stream body, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var partial = PartialOf(digest);
        await using (var file = new FileStream(partial, new FileStreamOptions
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.ReadWrite,
            BufferSize = 0,
            Options = FileOptions.Asynchronous,
        }))
        {
            var buffer = new byte[BufferBytes];
            await HashHeldAsync(file, hash, buffer, cancellation);
            int read;
            while ((read = await body.ReadAsync(buffer, cancellation)) > 0)
            {
                if (held + read > limit)
                {
                    return new UploadOutcome(UploadState.TooLarge, held);
                }

                await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
                hash.AppendData(buffer, 0, read);
                held += read;
            }

            if (held < length)
            {
                return new UploadOutcome(UploadState.Partial, held);
            }

            RandomAccess.FlushToDisk(file.SafeFileHandle);
        }

        if (Digest.FromHash(hash.GetHashAndReset()) != digest)
        {
            // Nobody can tell which byte is wrong: it starts over.
            File.Delete(partial);
            return new UploadOutcome(UploadState.WrongDigest, 0);
        }

        var path = PathOf(digest);
        var directory = Path.GetDirectoryName(path)!; // PathOf always has a directory.
        PrivateFile.CreateDirectory(directory);
        File.Move(partial, path, overwrite: true);
        // The sender forgets its copy when we say stored: the name must outlast a power cut as the bytes do.
        DirectorySync.Flush(directory);
        DirectorySync.Flush(root);
        return new UploadOutcome(UploadState.Stored, held);
    }

    private static async Task HashHeldAsync(FileStream file, IncrementalHash hash, byte[] buffer, CancellationToken cancellation)
    {
        int read;
        while ((read = await file.ReadAsync(buffer, cancellation)) > 0)
        {
            hash.AppendData(buffer, 0, read);
        }
    }

    private string PartialOf(Digest digest) => Path.Combine(incoming, digest.Hex + PartialEnding);
}

/// <summary>What became of an upload.</summary>
/// <param name="Held">Bytes of the artifact that are here now.</param>
internal sealed record UploadOutcome(UploadState State, long Held);

internal enum UploadState
{
    Stored = 1,
    Present = 2,
    Partial = 3,
    WrongOffset = 4,
    WrongDigest = 5,
    TooLarge = 6,
}
