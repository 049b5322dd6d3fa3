namespace Rigshift.Benchmarks;

/// <summary>What the command line asks for.</summary>
/// <param name="Only">Names of the figures to measure; empty: all.</param>
/// <param name="JsonFile">Where the JSON goes; null: to standard output, below the table.</param>
/// <param name="Work">A directory on the disk that is measured.</param>
internal sealed record Arguments(IReadOnlyList<string> Only, string? JsonFile, string Work)
{
    // Not the temporary directory: where that lies in memory, an fsync costs nothing.
    private const string DefaultWork = "/var/tmp";

    public bool Wants(string name) => Only.Count == 0 || Only.Contains(name);

    public static Arguments? Parse(string[] args, IReadOnlyList<string> names, out string fault)
    {
        var only = new List<string>();
        string? json = null;
        var work = DefaultWork;
        fault = $"usage: Benchmarks [--only NAME]... [--json FILE] [--work DIR]; NAME is one of: {string.Join(", ", names)}";
        for (var i = 0; i < args.Length; i += 2)
        {
            switch (args[i], i + 1 < args.Length ? args[i + 1] : null)
            {
                case ("--only", { } name) when names.Contains(name):
                    only.Add(name);
                    break;
                case ("--json", { } file):
                    json = file;
                    break;
                case ("--work", { } directory):
                    work = directory;
                    break;
                default:
                    return null;
            }
        }

        return new Arguments(only, json, work);
    }
}
