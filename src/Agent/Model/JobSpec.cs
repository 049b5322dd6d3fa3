using Rigshift.Rules;

namespace Rigshift.Agent.Model;

/// <summary>What one attempt runs, with every default filled in. Stored in the journal as JSON.</summary>
internal sealed record JobSpec(
    string Name,
    ResourceRequest Resources,
    RuntimeSpec Runtime,
    IReadOnlyList<InputArtifact> Inputs,
    IReadOnlyList<string> Outputs,
    TimeSpan Timeout,
    IReadOnlyDictionary<string, string> Environment);

/// <summary>What an attempt holds while it runs.</summary>
internal sealed record ResourceRequest(int Gpus, int CpuMillis, long MemoryBytes, long DiskBytes);

/// <summary>How the program is run.</summary>
internal abstract record RuntimeSpec(RuntimeKind Kind);

/// <summary>A process of the rig's system. Command[0] is absolute, or "./" and a path below the input directory.</summary>
internal sealed record ProcessSpec(IReadOnlyList<string> Command) : RuntimeSpec(RuntimeKind.Process);

/// <summary>Inference in the ONNX worker.</summary>
internal sealed record OnnxSpec(
    string Model,
    OnnxImages? Images,
    IReadOnlyDictionary<string, string>? Tensors,
    int BatchSize,
    bool Classify,
    IReadOnlyList<string> Labels) : RuntimeSpec(RuntimeKind.Onnx);

/// <summary>A directory of PNG or JPEG files and how each becomes a tensor: (value * Scale - Mean[c]) / Std[c].</summary>
internal sealed record OnnxImages(
    string Directory, int Width, int Height, int Channels, bool ChannelsLast, float Scale, IReadOnlyList<float> Mean, IReadOnlyList<float> Std);

/// <summary>An artifact laid out below the attempt's input directory.</summary>
internal sealed record InputArtifact(string Path, Digest Digest, long SizeBytes, bool Executable);

/// <summary>A file that the attempt left in its output directory.</summary>
internal sealed record OutputArtifact(string Path, Digest Digest, long SizeBytes);

internal enum RuntimeKind
{
    Process = 1,
    Onnx = 2,
}
