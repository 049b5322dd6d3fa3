using Rigshift.TestKit;

namespace Rigshift.Protocol.Tests;

/// <summary>Where the sources of this checkout lie. Not CallerFilePath: a deterministic build replaces it by /_/.</summary>
internal static class Sources
{
    public static string Approved { get; } = Path.Combine(Binaries.RepositoryRoot, "tests", "Protocol.Tests", "approved", "rigshift.v1.txt");

    public static IEnumerable<string> ProtoFiles() =>
        Directory.EnumerateFiles(Path.Combine(Binaries.RepositoryRoot, "src", "Protocol", "rigshift", "v1"), "*.proto").Order(StringComparer.Ordinal);
}
