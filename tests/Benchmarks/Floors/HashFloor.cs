using System.Diagnostics;
using System.Security.Cryptography;

namespace Rigshift.Benchmarks.Floors;

/// <summary>The least that a verified download does: hash the bytes and hand them to the file system.</summary>
internal static class HashFloor
{
    private const int BlockBytes = 1 << 20;

    /// <summary>Seconds for so many bytes, which come from memory.</summary>
    public static double Seconds(string directory, long bytes)
    {
        var block = RandomNumberGenerator.GetBytes(BlockBytes);
        var path = Path.Combine(directory, "floor.bin");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var watch = Stopwatch.StartNew();
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write))
        {
            for (long offset = 0; offset < bytes; offset += BlockBytes)
            {
                hash.AppendData(block);
                RandomAccess.Write(file, block, offset);
            }

            _ = hash.GetHashAndReset();
        }

        var seconds = watch.Elapsed.TotalSeconds;
        File.Delete(path);
        return seconds;
    }
}
