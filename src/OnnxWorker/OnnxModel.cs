using Microsoft.ML.OnnxRuntime;
using Rigshift.Rules;

namespace Rigshift.OnnxWorker;

/// <summary>A loaded model: all its inputs and outputs are tensors of types that .npy has.</summary>
internal sealed class OnnxModel : IDisposable
{
    private readonly InferenceSession session;
    private readonly RunOptions run = new();

    public OnnxModel(string file, int threads, TextWriter log)
    {
        var (options, provider) = ExecutionProviders.Choose(threads, log);
        Provider = provider;
        using (options)
        {
            session = Load(file, options);
        }

        Inputs = [.. session.InputNames.Select(name => Port(name, session.InputMetadata[name], "input"))];
        Outputs = [.. session.OutputNames.Select(name => Port(name, session.OutputMetadata[name], "output"))];
    }

    public string Provider { get; }

    public IReadOnlyList<ModelPort> Inputs { get; }

    public IReadOnlyList<ModelPort> Outputs { get; }

    /// <summary>One inference; the values come back in the order of <see cref="Outputs"/>.</summary>
    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyList<OrtValue> inputs)
    {
        try
        {
            return session.Run(run, session.InputNames, inputs, session.OutputNames);
        }
        catch (OnnxRuntimeException fault)
        {
            throw WorkerFault.Model($"ONNX Runtime could not run the model on the inputs: {SafeText.ForMessage(fault.Message)}", fault);
        }
    }

    public void Dispose()
    {
        run.Dispose();
        session.Dispose();
    }

    private static InferenceSession Load(string file, SessionOptions options)
    {
        try
        {
            return new InferenceSession(file, options);
        }
        catch (OnnxRuntimeException fault)
        {
            throw WorkerFault.Model($"ONNX Runtime refuses the model '{Path.GetFileName(file)}': {WithoutPath(fault.Message, file)}", fault);
        }
    }

    // The job owner knows the file by its name; where the rig keeps it is nobody's business.
    private static string WithoutPath(string message, string file)
    {
        var directory = Path.GetDirectoryName(file) + Path.DirectorySeparatorChar;
        var above = Path.GetDirectoryName(Path.GetDirectoryName(file)) + Path.DirectorySeparatorChar;
        return SafeText.ForMessage(message.Replace(directory, "", StringComparison.Ordinal).Replace(above, "../", StringComparison.Ordinal));
    }

    private static ModelPort Port(string name, NodeMetadata node, string role)
    {
        var shown = SafeText.ForMessage(name);
        if (node.OnnxValueType != OnnxValueType.ONNX_TYPE_TENSOR)
        {
            throw WorkerFault.Model($"The model's {role} '{shown}' is not a tensor: export the model with plain tensors (for scikit-learn, without ZipMap).");
        }

        return NpyType.For(node.ElementDataType) is { } type
            ? new ModelPort(name, type, [.. node.Dimensions.Select(d => (long)d)])
            : throw WorkerFault.Model($"The model's {role} '{shown}' is of type {node.ElementDataType}, which .npy does not have; known are {NpyType.Known}.");
    }
}

/// <summary>An input or output of the model; a dimension that the model leaves open is -1.</summary>
internal sealed record ModelPort(string Name, NpyType Type, IReadOnlyList<long> Shape)
{
    public override string ToString() => $"'{SafeText.ForMessage(Name)}' {Type.Descr} {Show(Shape)}";

    public static string Show(IEnumerable<long> shape) => "[" + string.Join(",", shape.Select(d => d < 0 ? "?" : $"{d}")) + "]";
}
