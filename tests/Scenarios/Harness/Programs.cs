using System.Text;

namespace Rigshift.Scenarios.Harness;

/// <summary>Looks at every process of this machine, as a technician with ps does.</summary>
internal static class Programs
{
    /// <summary>Processes that carry the job's name in their environment, whoever their parent is by now.</summary>
    public static IReadOnlyList<int> OfJob(string jobId) => Having("environ", $"RIGSHIFT_JOB_ID={jobId}");

    /// <summary>Processes with the text in their command line: shims and workers name their attempt's directory.</summary>
    public static IReadOnlyList<int> Naming(string text) => [.. Having("cmdline", text).Where(pid => pid != Environment.ProcessId)];

    public static string CommandLine(int pid) => Read(pid, "cmdline").Replace('\0', ' ').Trim();

    /// <summary>Ends what a failed scenario left behind: only what names the farm's own directory, or runs below it.</summary>
    public static void Sweep(string farm)
    {
        foreach (var pid in Naming(farm).Concat(Having("environ", farm)).Where(pid => pid != Environment.ProcessId).Distinct())
        {
            try
            {
                using var process = System.Diagnostics.Process.GetProcessById(pid);
                process.Kill();
            }
            catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception) // Gone by itself.
            {
            }
        }
    }

    private static List<int> Having(string file, string text)
    {
        var found = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out var pid) && Read(pid, file).Contains(text, StringComparison.Ordinal))
            {
                found.Add(pid);
            }
        }

        return found;
    }

    private static string Read(int pid, string file)
    {
        try
        {
            return Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{pid}/{file}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // It has ended meanwhile, or is the kernel's.
        {
            return "";
        }
    }
}
