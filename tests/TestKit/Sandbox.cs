using NUnit.Framework;
using NUnit.Framework.Interfaces;

namespace Rigshift.TestKit;

/// <summary>A directory of one test's own. It is removed when the test passed, and named when it failed.</summary>
public sealed class Sandbox : IDisposable
{
    // Short: a Unix socket's path has 107 bytes at most.
    public Sandbox() => Root = Directory.CreateTempSubdirectory("rs-").FullName;

    public string Root { get; }

    public string this[string name] => Path.Combine(Root, name);

    public string File(string name, string text)
    {
        var path = this[name];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!); // A path below Root has a parent.
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    public void Dispose()
    {
        if (TestContext.CurrentContext.Result.Outcome.Status == TestStatus.Failed)
        {
            TestContext.Out.WriteLine($"Kept for a look: {Root}");
            return;
        }

        try
        {
            Directory.Delete(Root, recursive: true);
        }
        catch (IOException e)
        {
            TestContext.Out.WriteLine($"{Root} could not be removed: {e.Message}");
        }
    }
}
