using System.Diagnostics;
using NUnit.Framework;

namespace Rigshift.TestKit;

/// <summary>A file system of a few megabytes (tmpfs), for tests that fill a disk. Needs root on Linux.</summary>
public sealed class SmallDisk : IDisposable
{
    private readonly TempDirectory directory = new();

    private SmallDisk(int megabytes) => Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", directory.Root);

    public string Root => directory.Root;

    /// <summary>Mounts one, or ignores the test where that is not possible; with CI=true it fails instead.</summary>
    public static SmallDisk Mount(int megabytes)
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            const string Reason = "needs root on Linux to mount a small tmpfs";
            if (Environment.GetEnvironmentVariable("CI") == "true" && OperatingSystem.IsLinux())
            {
                Assert.Fail(Reason);
            }

            Assert.Ignore(Reason);
        }

        return new SmallDisk(megabytes);
    }

    /// <summary>Takes all space but <paramref name="leaveBytes"/>, as a job or the miner would. Returns the file.</summary>
    public string Fill(long leaveBytes = 0)
    {
        var path = Path.Combine(Root, "filler");
        using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (new DriveInfo(Root).AvailableFreeSpace > leaveBytes)
            {
                file.Write(block);
            }
        }
        catch (IOException) // Full: that was the aim.
        {
        }

        return path;
    }

    /// <summary>As a kernel does with a disk that fails.</summary>
    public void MakeReadOnly() => Run("mount", "-o", "remount,ro", directory.Root);

    public void Dispose()
    {
        Run("umount", "-l", directory.Root);
        directory.Dispose();
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new IOException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.");
        }
    }
}
