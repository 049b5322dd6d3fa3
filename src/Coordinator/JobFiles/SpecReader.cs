using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.JobFiles;

/// <summary>Reads the map "spec".</summary>
internal static class SpecReader
{
    public static JobSpec Read(Section section, InputSet inputs)
    {
        var spec = new JobSpec
        {
            Resources = ReadResources(section.Map("resources")),
            TimeoutS = (uint)(section.Measure("timeout", Quantity.TrySeconds, 1, JobLimits.MaxTimeoutS) ?? JobLimits.DefaultTimeoutS),
            MaxAttempts = (uint)(section.Whole("maxAttempts", 1, JobLimits.MaxMaxAttempts) ?? JobLimits.DefaultMaxAttempts),
            Priority = (int)(section.Whole("priority", -JobFields.MaxPriority, JobFields.MaxPriority) ?? 0),
            LeaseClass = section.Choice("leaseClass", "batch", "interactive", "exclusive") switch
            {
                "interactive" => LeaseClass.Interactive,
                "exclusive" => LeaseClass.Exclusive,
                _ => LeaseClass.Batch,
            },
        };
        ReadEnvironment(section, spec);
        ReadOutputs(section, spec);
        ReadRuntime(section, spec, inputs);
        return spec;
    }

    private static Resources ReadResources(Section? section) => new()
    {
        Gpus = (uint)(section?.Whole("gpus", 0, JobFields.MaxGpus) ?? 0),
        CpuMillis = (uint)(section?.Measure("cpu", Quantity.TryCpuMillis, 1, JobFields.MaxCpuMillis) ?? JobLimits.DefaultCpuMillis),
        MemoryBytes = (ulong)(section?.Measure("memory", Quantity.TryBytes, JobFields.MinBytes, JobFields.MaxBytes) ?? (long)JobLimits.DefaultMemoryBytes),
        DiskBytes = (ulong)(section?.Measure("disk", Quantity.TryBytes, JobFields.MinBytes, JobFields.MaxBytes) ?? (long)JobLimits.DefaultDiskBytes),
    };

    private static void ReadRuntime(Section section, JobSpec spec, InputSet inputs)
    {
        var runtime = section.Choice("runtime", "onnx", "process");
        if (runtime is null)
        {
            return;
        }

        var other = runtime == "onnx" ? "process" : "onnx";
        if (section.Has(other))
        {
            section.Fault(other, $"does not go with 'runtime: {runtime}'; remove it, or write 'runtime: {other}'.");
        }

        if (!section.Has(runtime))
        {
            section.Fault("runtime", $"needs the map spec.{runtime}, which is missing; write for instance '{runtime}: {JobFields.All.First(f => f.Path == $"spec.{runtime}").Example}'.");
            return;
        }

        switch (runtime)
        {
            case "onnx":
                spec.Onnx = section.Map("onnx") is { } onnx ? OnnxReader.Read(onnx, inputs) : null;
                break;
            default:
                spec.Process = section.Map("process") is { } process ? ReadProcess(process, inputs) : null;
                break;
        }
    }

    private static ProcessSpec ReadProcess(Section section, InputSet inputs)
    {
        var spec = new ProcessSpec();
        var words = section.List("command");
        if (section.Item("command") is YamlList && words.Count is 0 or > JobFields.MaxCommand)
        {
            section.Fault("command", $"has {words.Count} words; write 1 to {JobFields.MaxCommand}.");
        }

        for (var i = 0; i < words.Count; i++)
        {
            if (Values.Text(words[i], $"{section.Under("command")}[{i}]", section.Faults) is { } word)
            {
                spec.Command.Add(word);
            }
        }

        if (spec.Command.Count > 0)
        {
            CheckProgram(section, words[0].Place, spec.Command[0], inputs);
        }

        return spec;
    }

    private static void CheckProgram(Section section, Place place, string program, InputSet inputs)
    {
        var field = $"{section.Under("command")}[0]";
        var shown = SafeText.ForMessage(program);
        if (program.StartsWith("./", StringComparison.Ordinal))
        {
            if (!inputs.Incomplete && !inputs.HasFile(program[2..]))
            {
                section.Faults.Add(place, field, $"'{shown}' is not among the inputs; list it under spec.inputs with 'executable: true'.");
            }
        }
        else if (!(program.StartsWith('/') || (program.Length > 2 && program[1] == ':' && program[2] is '\\' or '/')))
        {
            section.Faults.Add(place, field, $"'{shown}' is neither absolute nor begins with './'; write the program's full path on the rig, like /usr/bin/python3.");
        }
    }

    private static void ReadEnvironment(Section section, JobSpec spec)
    {
        if (section.Item("environment") is not { } item)
        {
            return;
        }

        if (item is not YamlMap map)
        {
            section.Fault("environment", "is not a map; write 'NAME: value' lines below it.");
            return;
        }

        if (map.Entries.Count > JobLimits.MaxEnvironment)
        {
            section.Fault("environment", $"has {map.Entries.Count} names; {JobLimits.MaxEnvironment} is the most.");
        }

        foreach (var (key, value) in map.Entries)
        {
            var path = $"{section.Under("environment")}.{key.Value}";
            if (key.Value.Length == 0 || char.IsAsciiDigit(key.Value[0]) || !key.Value.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            {
                section.Faults.Add(key.Place, path, "is not a variable's name; write letters, digits and '_', no digit first.");
            }
            else if (spec.Environment.ContainsKey(key.Value))
            {
                section.Faults.Add(key.Place, path, "is there twice; keep one.");
            }
            else if (Values.Text(value, path, section.Faults) is { } text)
            {
                spec.Environment.Add(key.Value, text);
            }
        }
    }

    private static void ReadOutputs(Section section, JobSpec spec)
    {
        var patterns = section.List("outputs");
        if (patterns.Count > JobFields.MaxOutputPatterns)
        {
            section.Fault("outputs", $"has {patterns.Count} patterns; {JobFields.MaxOutputPatterns} is the most.");
        }

        for (var i = 0; i < patterns.Count; i++)
        {
            var path = $"{section.Under("outputs")}[{i}]";
            if (Values.Text(patterns[i], path, section.Faults) is not { } pattern)
            {
                continue;
            }

            if (ArtifactPath.TryCreate(pattern.Replace('*', 'x'), out _, out var fault))
            {
                spec.Outputs.Add(pattern);
            }
            else
            {
                section.Faults.Add(patterns[i].Place, path, $"'{SafeText.ForMessage(pattern)}' {fault}; write a pattern like results/*.csv.");
            }
        }
    }
}
