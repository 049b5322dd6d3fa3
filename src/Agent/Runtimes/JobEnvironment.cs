using Rigshift.Agent.Model;

namespace Rigshift.Agent.Runtimes;

/// <summary>
/// What a program sees in its environment: a clean beginning, the job's own variables, and ours on top. Nothing of the
/// agent's environment is passed on: it may hold secrets.
/// </summary>
internal static class JobEnvironment
{
    private const string OutputVariable = "RIGSHIFT_OUTPUT";
    private const string SystemPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    // CUDA takes an empty list for none as well, but several frameworks take it for "not set".
    private const string NoGpu = "-1";

    /// <summary>
    /// By this entry the processes of an attempt are found when their shim is gone. It names the place and not only the attempt: an
    /// agent on a copy of this state directory knows the same attempt, and must not end what is not its own.
    /// </summary>
    public static string MarkOf(LaunchPlan plan) => $"{OutputVariable}={plan.Paths.Output}";

    /// <param name="own">Added by the runtime itself, above the job's.</param>
    public static IReadOnlyList<string> Build(LaunchPlan plan, IEnumerable<KeyValuePair<string, string>> own)
    {
        var comparer = OperatingSystem.IsWindows() ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        var variables = new SortedDictionary<string, string>(comparer);
        AddAll(variables, OperatingSystem.IsWindows() ? WindowsStart(plan.Paths) : LinuxStart(plan.Paths));
        AddAll(variables, plan.Spec.Environment.Where(IsUsable));
        AddAll(variables, own);
        AddAll(variables, Ours(plan));
        return [.. variables.Select(pair => $"{pair.Key}={pair.Value}")];
    }

    public static string TemporaryDirectory(AttemptPaths paths) => Path.Combine(paths.Work, "tmp");

    private static void AddAll(SortedDictionary<string, string> variables, IEnumerable<KeyValuePair<string, string>> more)
    {
        foreach (var (name, value) in more)
        {
            variables[name] = value;
        }
    }

    // A name with '=' or a zero byte would be read as something else.
    private static bool IsUsable(KeyValuePair<string, string> pair) =>
        pair.Key.Length > 0 && !pair.Key.Contains('=', StringComparison.Ordinal) && !pair.Key.Contains('\0', StringComparison.Ordinal)
        && !pair.Value.Contains('\0', StringComparison.Ordinal);

    private static Dictionary<string, string> LinuxStart(AttemptPaths paths) => new()
    {
        ["PATH"] = SystemPath,
        ["HOME"] = paths.Work,
        ["TMPDIR"] = TemporaryDirectory(paths),
        ["LANG"] = "C.UTF-8",
    };

    // Without SystemRoot hardly any Windows program starts.
    private static Dictionary<string, string> WindowsStart(AttemptPaths paths)
    {
        var root = Environment.GetFolderPath(Environment.SpecialFolder.Windows);
        return new()
        {
            ["SystemRoot"] = root,
            ["SystemDrive"] = Path.GetPathRoot(root)?.TrimEnd('\\') ?? "C:",
            ["ComSpec"] = Path.Combine(root, "system32", "cmd.exe"),
            ["PATH"] = $"{Path.Combine(root, "system32")};{root}",
            ["USERPROFILE"] = paths.Work,
            ["TEMP"] = TemporaryDirectory(paths),
            ["TMP"] = TemporaryDirectory(paths),
        };
    }

    private static Dictionary<string, string> Ours(LaunchPlan plan) => new()
    {
        ["RIGSHIFT_ATTEMPT_ID"] = plan.AttemptId.ToString(),
        ["RIGSHIFT_JOB_ID"] = plan.JobId.ToString(),
        ["RIGSHIFT_INPUT"] = plan.Paths.Input,
        [OutputVariable] = plan.Paths.Output,
        ["RIGSHIFT_PROGRESS"] = plan.Paths.Progress,
        ["CUDA_VISIBLE_DEVICES"] = plan.Gpus.Count == 0 ? NoGpu : string.Join(',', plan.Gpus),
    };
}
