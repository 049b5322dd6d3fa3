using Rigshift.Rules;

namespace Rigshift.OnnxWorker;

/// <summary>The attempt's input directory: nothing outside it can be named, and no link in it is followed.</summary>
internal sealed class InputTree(string root)
{
    /// <summary>The absolute path of a file; <paramref name="field"/> is the spec's field that names it.</summary>
    public string File(string path, string field)
    {
        var full = Resolve(path, field);
        return System.IO.File.Exists(full) ? full : throw WorkerFault.Input($"{field} names '{Shown(path)}', which is not a file among the job's inputs.");
    }

    /// <summary>The absolute path of a directory.</summary>
    public string Directory(string path, string field)
    {
        var full = Resolve(path, field);
        return System.IO.Directory.Exists(full) ? full : throw WorkerFault.Input($"{field} names '{Shown(path)}', which is not a directory among the job's inputs.");
    }

    private static string Shown(string path) => SafeText.ForMessage(path);

    private string Resolve(string path, string field)
    {
        if (!ArtifactPath.TryCreate(path, out var safe, out var fault))
        {
            throw WorkerFault.Input($"{field} is '{Shown(path)}', which {fault}: name a path below the input directory.");
        }

        var full = root;
        foreach (var segment in safe.Segments)
        {
            full = Path.Combine(full, segment);
            if (new FileInfo(full).LinkTarget is not null)
            {
                throw WorkerFault.Input($"{field} names '{Shown(path)}', which goes through a link: links are not followed.");
            }
        }

        return full;
    }
}
