using Microsoft.ML.OnnxRuntime;

namespace Rigshift.OnnxWorker;

/// <summary>One .npy file per model output, and what else the run writes; all of it gets its final names at once.</summary>
internal sealed class ResultFiles : IDisposable
{
    private readonly string directory;
    private readonly List<PartialFile> files = [];
    private readonly NpyOutput[] outputs;

    public ResultFiles(string directory, IReadOnlyList<ModelPort> ports, long total)
    {
        this.directory = directory;
        var names = OutputNames.For([.. ports.Select(port => port.Name)]);
        outputs = [.. ports.Zip(names, (port, name) => new NpyOutput(port, Create(name), total))];
    }

    /// <summary>A further file of the same run.</summary>
    public PartialFile Create(string name)
    {
        var file = new PartialFile(directory, name);
        files.Add(file);
        return file;
    }

    /// <param name="count">Items of the batch.</param>
    /// <param name="fed">Items that the model got, padding included.</param>
    public void Append(IReadOnlyList<OrtValue> values, int count, int fed)
    {
        for (var i = 0; i < outputs.Length; i++)
        {
            outputs[i].Append(values[i], count, fed);
        }
    }

    /// <summary>The names of the files that are now complete.</summary>
    public IReadOnlyList<string> Commit()
    {
        // First all bytes of all files, then all names: the disk may be full at any byte.
        files.ForEach(file => file.Finish());
        files.ForEach(file => file.Commit());
        return [.. files.Select(file => file.Name)];
    }

    public void Dispose() => files.ForEach(file => file.Dispose());
}
