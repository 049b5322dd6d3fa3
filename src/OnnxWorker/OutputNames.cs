using System.Globalization;
using Rigshift.Rules;

namespace Rigshift.OnnxWorker;

/// <summary>File names for model outputs: exporters put slashes, colons and more into tensor names.</summary>
internal static class OutputNames
{
    private const int MaxLength = 100;

    public static IReadOnlyList<string> For(IReadOnlyList<string> outputs)
    {
        // Windows and macOS take two names that differ only in case for one.
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return [.. outputs.Select(output => Unused(Clean(output), taken))];
    }

    private static string Clean(string output)
    {
        var kept = output.Length > MaxLength ? output[..MaxLength] : output;
        var name = string.Concat(kept.Select(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' ? c : '_')).TrimStart('.');
        return name.Length > 0 && ArtifactPath.TryCreate(name + ".npy", out _, out _) ? name : "output_" + name;
    }

    private static string Unused(string name, HashSet<string> taken)
    {
        var candidate = name;
        for (var number = 2; !taken.Add(candidate); number++)
        {
            candidate = string.Create(CultureInfo.InvariantCulture, $"{name}_{number}");
        }

        return candidate + ".npy";
    }
}
