using System.Globalization;
using Rigshift.Rules;

namespace Rigshift.OnnxWorker;

/// <summary>One .npy file per model input; item i is entry i of the first axis of each.</summary>
internal sealed class TensorSource : IItemSource
{
    private readonly List<NpyReader> readers = [];

    public TensorSource(IReadOnlyDictionary<string, string> tensors, InputTree tree, IReadOnlyList<string> modelInputs)
    {
        if (!modelInputs.ToHashSet().SetEquals(tensors.Keys))
        {
            throw WorkerFault.Input(
                $"spec.onnx.tensors names {Quoted(tensors.Keys)}, but the model's inputs are {Quoted(modelInputs)}: name each of them once.");
        }

        try
        {
            readers.AddRange(modelInputs.Select(name => new NpyReader(tree.File(tensors[name], "spec.onnx.tensors"), tensors[name])));
            Inputs = [.. modelInputs.Zip(readers, (name, reader) => new ItemInput(name, reader.Header.Type, [.. reader.Header.Shape.Skip(1)]))];
            Count = readers[0].Count;
            if (readers.Find(reader => reader.Count != Count) is { } odd)
            {
                throw WorkerFault.Input($"'{readers[0].Name}' has {Count} items, but '{odd.Name}' has {odd.Count}: the first axis must be as long in all of them.");
            }
        }
        catch
        {
            Dispose(); // Nobody else can: the constructor fails.
            throw;
        }
    }

    public long Count { get; }

    public string Unit => "items";

    public IReadOnlyList<ItemInput> Inputs { get; }

    public string NameOf(long index) => index.ToString(CultureInfo.InvariantCulture);

    public void Read(int input, long first, int count, Span<byte> target) => readers[input].Read(first, target);

    public void Dispose() => readers.ForEach(reader => reader.Dispose());

    private static string Quoted(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"'{SafeText.ForMessage(name)}'"));
}
