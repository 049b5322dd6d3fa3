using Microsoft.Extensions.Logging;

namespace Rigshift.Agent.Storage;

/// <summary>
/// Disk held in reserve. When the disk is full it is let go, so that what is already done can be put on record; it comes
/// back at the next start with enough room.
/// </summary>
internal sealed partial class Ballast(StateDirectory state, StorageOptions options, ILogger<Ballast> logger)
{
    private const int ChunkBytes = 1 << 20;

    private readonly Lock gate = new();

    /// <summary>Makes it when there is room. Never throws: without it the agent works, with less margin.</summary>
    public void Fill()
    {
        lock (gate)
        {
            if (options.BallastBytes <= 0 || File.Exists(state.Ballast) || !HasRoom())
            {
                return;
            }

            try
            {
                Write();
                Log.BallastFilled(logger, options.BallastBytes);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException) // The disk filled up meanwhile: give back what was taken.
            {
                Log.BallastSkipped(logger, e.Message);
                TryDelete();
            }
        }
    }

    /// <summary>True when disk was given back.</summary>
    public bool Release()
    {
        lock (gate)
        {
            if (!File.Exists(state.Ballast) || !TryDelete())
            {
                return false;
            }

            Log.BallastReleased(logger, state.Root);
            return true;
        }
    }

    private bool HasRoom() => DiskSpace.Of(state.Root) is { } space && space.FreeBytes / options.BallastFreeFactor >= options.BallastBytes;

    // Preallocation takes blocks without writing them, which spares a USB stick. Where the file system cannot do it the
    // file would be a hole: then the bytes are written.
    private void Write()
    {
        var create = AtomicFile.PrivateFile(FileMode.CreateNew);
        create.PreallocationSize = options.BallastBytes;
        using var file = new FileStream(state.Ballast, create);
        file.SetLength(options.BallastBytes);
        if (OperatingSystem.IsLinux() && Interop.Linux.UnixFile.Stat(file.SafeFileHandle) is { } facts && facts.AllocatedBytes < options.BallastBytes)
        {
            var zeros = new byte[ChunkBytes];
            for (long written = 0; written < options.BallastBytes; written += zeros.Length)
            {
                file.Write(zeros, 0, (int)Math.Min(zeros.Length, options.BallastBytes - written));
            }
        }

        file.Flush(flushToDisk: true);
    }

    private bool TryDelete()
    {
        try
        {
            File.Delete(state.Ballast);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // A read-only disk: there is nothing to gain.
        {
            Log.BallastSkipped(logger, e.Message);
            return false;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1800, LogLevel.Debug, "Set {Bytes} bytes of disk aside")]
        public static partial void BallastFilled(ILogger logger, long bytes);

        [LoggerMessage(1801, LogLevel.Warning, "Could not set disk aside: {Detail}")]
        public static partial void BallastSkipped(ILogger logger, string detail);

        [LoggerMessage(1802, LogLevel.Warning, "Released the disk reserve: the disk that holds {Directory} is full. Free space on it")]
        public static partial void BallastReleased(ILogger logger, string directory);
    }
}
