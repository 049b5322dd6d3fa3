using System.Globalization;
using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.JobApi;

/// <summary>Finds every fault of a job's spec, each named by its field. Pure.</summary>
internal static class JobSpecCheck
{
    private const int MaxArguments = 4096;
    private const int MaxPatterns = 1000;

    public static IReadOnlyList<string> Faults(JobSpec? spec) =>
        spec is null ? ["spec is missing."] : [.. Head(spec), .. Inputs(spec), .. Outputs(spec), .. Environment(spec), .. Runtime(spec)];

    private static IEnumerable<string> Head(JobSpec spec)
    {
        if (spec.Name.Length is 0 or > JobLimits.MaxNameLength || !spec.Name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'))
        {
            yield return $"spec.name: write 1 to {JobLimits.MaxNameLength} characters of a-z, 0-9 and '-'.";
        }

        if (spec.TimeoutS > JobLimits.MaxTimeoutS)
        {
            yield return Number("spec.timeout_s", spec.TimeoutS, JobLimits.MaxTimeoutS);
        }

        if (spec.MaxAttempts > JobLimits.MaxMaxAttempts)
        {
            yield return Number("spec.max_attempts", spec.MaxAttempts, JobLimits.MaxMaxAttempts);
        }

        if (!Enum.IsDefined(spec.LeaseClass))
        {
            yield return "spec.lease_class: this coordinator does not know it.";
        }
    }

    private static IEnumerable<string> Inputs(JobSpec spec)
    {
        if (spec.Inputs.Count > JobLimits.MaxInputs)
        {
            yield return Number("spec.inputs", (uint)spec.Inputs.Count, JobLimits.MaxInputs);
            yield break;
        }

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < spec.Inputs.Count; i++)
        {
            var (input, field) = (spec.Inputs[i], string.Create(CultureInfo.InvariantCulture, $"spec.inputs[{i}]"));
            if (!ArtifactPath.TryCreate(input.Path, out _, out var fault))
            {
                yield return $"{field}.path: '{SafeText.ForMessage(input.Path)}' {fault}.";
            }
            else if (!seen.Add(input.Path))
            {
                yield return $"{field}.path: '{SafeText.ForMessage(input.Path)}' is there twice; Windows does not tell upper from lower case.";
            }

            if (!Digest.TryParse(input.Artifact?.Digest, out _))
            {
                yield return $"{field}.artifact.digest: write sha256: and 64 lower-case hex digits.";
            }
        }
    }

    private static IEnumerable<string> Outputs(JobSpec spec)
    {
        if (spec.Outputs.Count > MaxPatterns)
        {
            yield return Number("spec.outputs", (uint)spec.Outputs.Count, MaxPatterns);
        }

        for (var i = 0; i < spec.Outputs.Count; i++)
        {
            // A pattern is a path with stars; with harmless letters in their place it must be a safe path.
            if (!ArtifactPath.TryCreate(spec.Outputs[i].Replace('*', 'x'), out _, out var fault))
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"spec.outputs[{i}]: '{SafeText.ForMessage(spec.Outputs[i])}' {fault}.");
            }
        }
    }

    private static IEnumerable<string> Environment(JobSpec spec)
    {
        if (spec.Environment.Count > JobLimits.MaxEnvironment)
        {
            yield return Number("spec.environment", (uint)spec.Environment.Count, JobLimits.MaxEnvironment);
        }

        foreach (var name in spec.Environment.Where(pair => !IsVariable(pair.Key) || pair.Value.Contains('\0', StringComparison.Ordinal)).Select(pair => pair.Key))
        {
            yield return $"spec.environment: '{SafeText.ForMessage(name)}' is no name of a variable, or its value has a NUL character.";
        }
    }

    private static bool IsVariable(string name) => name.Length > 0 && !name.Contains('=', StringComparison.Ordinal) && !name.Any(char.IsControl);

    private static IEnumerable<string> Runtime(JobSpec spec) => spec.RuntimeCase switch
    {
        JobSpec.RuntimeOneofCase.Process => Process(spec.Process),
        JobSpec.RuntimeOneofCase.Onnx => Onnx(spec.Onnx),
        _ => ["spec.runtime: set process or onnx; this coordinator knows no other."],
    };

    private static IEnumerable<string> Process(ProcessSpec process)
    {
        if (process.Command.Count is 0 or > MaxArguments || process.Command[0].Length == 0)
        {
            yield return "spec.process.command: write the program, then its arguments.";
        }
        else if (process.Command.Any(part => part.Contains('\0', StringComparison.Ordinal)))
        {
            yield return "spec.process.command: an argument has a NUL character.";
        }
    }

    private static IEnumerable<string> Onnx(OnnxSpec onnx)
    {
        if (!ArtifactPath.TryCreate(onnx.Model, out _, out var fault))
        {
            yield return $"spec.onnx.model: '{SafeText.ForMessage(onnx.Model)}' {fault}.";
        }

        if (onnx.SourceCase == OnnxSpec.SourceOneofCase.None)
        {
            yield return "spec.onnx: set images or tensors.";
        }

        if (onnx.SourceCase == OnnxSpec.SourceOneofCase.Images && (onnx.Images.Width == 0 || onnx.Images.Height == 0))
        {
            yield return "spec.onnx.images: width and height must be set.";
        }

        if (onnx.SourceCase == OnnxSpec.SourceOneofCase.Tensors && onnx.Tensors.Files.Count == 0)
        {
            yield return "spec.onnx.tensors: name at least one file.";
        }
    }

    private static string Number(string field, uint value, long limit) => string.Create(CultureInfo.InvariantCulture, $"{field}: {value} is more than {limit}.");
}
