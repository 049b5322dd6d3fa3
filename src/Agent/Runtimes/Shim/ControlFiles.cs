using System.Text.Json;

namespace Rigshift.Agent.Runtimes.Shim;

/// <summary>The records in an attempt's control directory, shared by the agent and the attempt's shim.</summary>
internal sealed class ControlFiles(string directory)
{
    // More than any record of an end: what was set aside for it is enough.
    private const int ExitBytes = 4096;

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public string Directory => directory;

    public string Lock => Path.Combine(directory, "shim.lock");

    public string Stdout => Path.Combine(directory, "stdout");

    public string Stderr => Path.Combine(directory, "stderr");

    private string OrderPath => Path.Combine(directory, "launch.json");

    private string MarkPath => Path.Combine(directory, "shim.json");

    private string ExitPath => Path.Combine(directory, "exit.json");

    public bool HasExit => File.Exists(ExitPath);

    public bool HasMark => File.Exists(MarkPath);

    public LaunchOrder? ReadOrder() => Read(OrderPath, bytes => ShimText.ReadOrder(bytes));

    public ShimMark? ReadMark() => Read(MarkPath, bytes => ShimText.ReadMark(bytes));

    public ExitRecord? ReadExit() => Read(ExitPath, bytes => ShimText.ReadExit(bytes));

    /// <summary>
    /// Not flushed and not renamed: the launch itself is in the journal already, on disk. After a power cut the journal's word is
    /// enough, and half an order is no order.
    /// </summary>
    public void WriteOrder(LaunchOrder order)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 0 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly; // A job's environment may hold its owner's secrets.
        }

        using var file = new FileStream(OrderPath, options);
        file.Write(ShimText.Write(order));
    }

    public void WriteMark(ShimMark mark) => Replace(MarkPath, ShimText.Write(mark), flush: false);

    /// <summary>
    /// Sets the record's disk aside before the program runs. A program that fills the disk and succeeds has succeeded, and its end
    /// must still fit.
    /// </summary>
    public void ReserveExit()
    {
        try
        {
            File.WriteAllBytes(Draft(ExitPath), new byte[ExitBytes]);
        }
        catch (IOException)
        {
            // The disk is full already. The end may yet find room; if not, the agent says that it does not know it.
        }
    }

    /// <summary>After this nobody starts the program. For a disk that has no room for a record of the end: taking a file away needs none.</summary>
    public void ForgetOrder() => File.Delete(OrderPath);

    public void WriteExit(ExitRecord exit) => Replace(ExitPath, ShimText.Write(exit), exit.OnDisk);

    private static void Replace(string path, byte[] record, bool flush)
    {
        var draft = Draft(path);

        // Written over and then cut: a draft that set disk aside keeps it until the record is there.
        using (var file = File.OpenHandle(draft, FileMode.OpenOrCreate, FileAccess.Write))
        {
            RandomAccess.Write(file, record, 0);
            RandomAccess.SetLength(file, record.Length);
            if (flush)
            {
                RandomAccess.FlushToDisk(file);
            }
        }

        File.Move(draft, path, overwrite: true);
    }

    private static string Draft(string path) => path + ".draft";

    private static T? Read<T>(string path, Func<byte[], T> read)
        where T : class
    {
        try
        {
            return read(File.ReadAllBytes(path));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException or InvalidOperationException) // The last: no UTF-8.
        {
            return null; // Not there, or cut short by a power cut or by the job: the same as not written.
        }
    }
}
