using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Rigshift.Rules;

namespace Rigshift.Agent.Artifacts;

/// <summary>Hashes a file that is on the disk.</summary>
internal static class FileHash
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Digest and length; null when it grew beyond <paramref name="maxBytes"/>.</summary>
    public static (Digest Digest, long SizeBytes)? Compute(SafeFileHandle file, long maxBytes, CancellationToken cancellation)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(RandomAccess.GetLength(file), 1, BufferBytes));
        try
        {
            long offset = 0;
            while (RandomAccess.Read(file, buffer, offset) is var read and > 0)
            {
                cancellation.ThrowIfCancellationRequested();
                hash.AppendData(buffer, 0, read);
                offset += read;
                if (offset > maxBytes)
                {
                    return null;
                }
            }

            return (Digest.FromHash(hash.GetCurrentHash()), offset);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>False also when there is no such file.</summary>
    public static bool Matches(string path, Digest digest, long size, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        using var file = File.OpenHandle(path);
        return RandomAccess.GetLength(file) == size && Compute(file, size, cancellation) is { } found && found.Digest == digest;
    }
}
