namespace Rigshift.Agent.Runtimes.Shim;

/// <summary>What the agent and a shim agree on by name on Windows. Local: a shim lives in its agent's session.</summary>
internal static class WindowsNames
{
    public static string Job(Guid attemptId) => $@"Local\rigshift-job-{attemptId:N}";

    public static string StopEvent(Guid attemptId) => $@"Local\rigshift-stop-{attemptId:N}";

    /// <summary>Held until it is disposed; null when another process holds it.</summary>
    public static FileStream? TryLock(string path)
    {
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null; // Another process has it open.
        }
    }
}
