using Google.Protobuf.Collections;
using Rigshift.Agent.Model;
using Rigshift.Rules;
using Proto = Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Mapping;

/// <summary>Reads a job as the coordinator sent it, fills in the defaults, and refuses by name what no rig can run.</summary>
internal static class JobSpecMapper
{
    /// <summary>What a job without output patterns means.</summary>
    private const string EveryFile = "**";

    /// <summary>The spec, or one clause that names the field at fault.</summary>
    public static (JobSpec? Spec, string? Fault) Map(Proto.JobSpec? wire)
    {
        if (wire is null)
        {
            return (null, "spec is absent");
        }

        var runtime = wire.RuntimeCase switch
        {
            Proto.JobSpec.RuntimeOneofCase.Process => MapProcess(wire.Process),
            Proto.JobSpec.RuntimeOneofCase.Onnx => OnnxSpecMapper.Map(wire.Onnx),
            _ => (null, "runtime is absent, or newer than this agent"),
        };
        if (runtime.Spec is null)
        {
            return (null, runtime.Fault);
        }

        var (resources, resourceFault) = MapResources(wire.Resources ?? new Proto.Resources());
        if (resources is null)
        {
            return (null, resourceFault);
        }

        var (inputs, inputFault) = MapInputs(wire.Inputs);
        if (inputs is null)
        {
            return (null, inputFault);
        }

        if (wire.TimeoutS > JobLimits.MaxTimeoutS)
        {
            return (null, $"timeout_s is more than {JobLimits.MaxTimeoutS}");
        }

        if (wire.Environment.Count > JobLimits.MaxEnvironment || wire.Environment.Any(e => !IsVariable(e.Key, e.Value)))
        {
            return (null, $"environment has more than {JobLimits.MaxEnvironment} entries, or a name or value that no system takes");
        }

        var timeout = TimeSpan.FromSeconds(wire.TimeoutS == 0 ? JobLimits.DefaultTimeoutS : wire.TimeoutS);
        IReadOnlyList<string> outputs = wire.Outputs.Count == 0 ? [EveryFile] : [.. wire.Outputs];
        return (new JobSpec(wire.Name, resources, runtime.Spec, inputs, outputs, timeout, new Dictionary<string, string>(wire.Environment)), null);
    }

    private static (RuntimeSpec? Spec, string? Fault) MapProcess(Proto.ProcessSpec wire) =>
        wire.Command.Count == 0 || wire.Command[0].Length == 0 || wire.Command.Any(HasNul)
            ? (null, "process.command is empty, or holds a NUL character")
            : (new ProcessSpec([.. wire.Command]), null);

    private static (ResourceRequest? Resources, string? Fault) MapResources(Proto.Resources wire)
    {
        var cpu = wire.CpuMillis == 0 ? JobLimits.DefaultCpuMillis : wire.CpuMillis;
        var memory = wire.MemoryBytes == 0 ? JobLimits.DefaultMemoryBytes : wire.MemoryBytes;
        var disk = wire.DiskBytes == 0 ? JobLimits.DefaultDiskBytes : wire.DiskBytes;
        return wire.Gpus > int.MaxValue || cpu > int.MaxValue || memory > long.MaxValue || disk > long.MaxValue
            ? (null, "resources asks for more than any rig has")
            : (new ResourceRequest((int)wire.Gpus, (int)cpu, (long)memory, (long)disk), null);
    }

    private static (IReadOnlyList<InputArtifact>? Inputs, string? Fault) MapInputs(RepeatedField<Proto.Input> wire)
    {
        if (wire.Count > JobLimits.MaxInputs)
        {
            return (null, $"inputs has more than {JobLimits.MaxInputs} entries");
        }

        var inputs = new List<InputArtifact>(wire.Count);
        var paths = new HashSet<string>(StringComparer.OrdinalIgnoreCase); // One file on Windows may not be two on Linux.
        foreach (var input in wire)
        {
            var name = SafeText.ForMessage(input.Path);
            if (!ArtifactPath.TryCreate(input.Path, out var path, out var fault))
            {
                return (null, $"inputs: the path '{name}' {fault}");
            }

            if (!paths.Add(path.Value))
            {
                return (null, $"inputs: the path '{name}' is there twice");
            }

            if (!Digest.TryParse(input.Artifact?.Digest, out var digest) || input.Artifact.SizeBytes > long.MaxValue)
            {
                return (null, $"inputs: '{name}' has no digest that can be read");
            }

            inputs.Add(new InputArtifact(path.Value, digest, (long)input.Artifact.SizeBytes, input.Executable));
        }

        return (inputs, null);
    }

    private static bool IsVariable(string name, string value) => name.Length > 0 && !name.Contains('=', StringComparison.Ordinal) && !HasNul(name) && !HasNul(value);

    private static bool HasNul(string text) => text.Contains('\0', StringComparison.Ordinal);
}
