using System.Runtime.CompilerServices;

namespace Rigshift.Protocol.Tests;

/// <summary>Where the sources of this checkout lie.</summary>
internal static class Sources
{
    public static string Approved { get; } = Path.Combine(Here(), "approved", "rigshift.v1.txt");

    public static IEnumerable<string> ProtoFiles() =>
        Directory.EnumerateFiles(Path.GetFullPath(Path.Combine(Here(), "../../src/Protocol/rigshift/v1")), "*.proto").Order(StringComparer.Ordinal);

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!; // The compiler gives a full path.
}
