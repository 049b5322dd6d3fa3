using Rigshift.Protocol.V1;
using Rigshift.Rules;

namespace Rigshift.Coordinator.JobFiles;

/// <summary>Reads the map "spec.onnx" and checks it against the inputs.</summary>
internal static class OnnxReader
{
    public static OnnxSpec Read(Section section, InputSet inputs)
    {
        var spec = new OnnxSpec
        {
            BatchSize = (uint)(section.Whole("batchSize", 1, JobFields.MaxBatchSize) ?? JobLimits.DefaultBatchSize),
            Classify = section.Flag("classify"),
            Model = section.Has("model") ? InputFile(section, section.Item("model"), section.Under("model"), inputs) ?? "" : "",
        };
        if (section.Has("images") == section.Has("tensors"))
        {
            section.Faults.Add(section.Place, section.Path, section.Has("images")
                ? "has both images and tensors; keep one."
                : "has neither images nor tensors; write which inputs the model gets.");
        }

        if (section.Map("images") is { } images)
        {
            spec.Images = ReadImages(images, inputs);
        }

        if (section.Item("tensors") is { } tensors)
        {
            spec.Tensors = ReadTensors(section, tensors, inputs);
        }

        var labels = section.List("labels");
        if (labels.Count > JobFields.MaxLabels)
        {
            section.Fault("labels", $"has {labels.Count} names; {JobFields.MaxLabels} is the most.");
        }

        for (var i = 0; i < Math.Min(labels.Count, JobFields.MaxLabels); i++)
        {
            spec.Labels.Add(Values.Text(labels[i], $"{section.Under("labels")}[{i}]", section.Faults) ?? "");
        }

        return spec;
    }

    private static ImageSource ReadImages(Section section, InputSet inputs)
    {
        var spec = new ImageSource
        {
            Width = (uint)(section.Whole("width", 1, JobFields.MaxImageSide) ?? 0),
            Height = (uint)(section.Whole("height", 1, JobFields.MaxImageSide) ?? 0),
            Channels = section.Choice("channels", "1", "3") == "1" ? 1u : 3u,
            Layout = section.Choice("layout", "nchw", "nhwc") == "nhwc" ? TensorLayout.Nhwc : TensorLayout.Nchw,
        };
        if (section.Item("directory") is { } directory && Values.SafePath(directory, section.Under("directory"), section.Faults) is { } path)
        {
            spec.Directory = path;
            if (!inputs.Incomplete && !inputs.HasDirectory(path))
            {
                section.Fault("directory", $"'{SafeText.ForMessage(path)}' holds none of the inputs; list the images under spec.inputs with this path.");
            }
        }

        if (section.Item("scale") is { } item && Values.Number(item, section.Under("scale"), section.Faults) is { } scale)
        {
            spec.Scale = scale;
            if (scale <= 0)
            {
                section.Fault("scale", "is not above 0; leave it away for 1/255.");
            }
        }

        spec.Mean.AddRange(ReadChannels(section, "mean", spec.Channels));
        spec.Std.AddRange(ReadChannels(section, "std", spec.Channels));
        if (spec.Std.Contains(0))
        {
            section.Fault("std", "divides by 0; write the standard deviation of each channel.");
        }

        return spec;
    }

    private static List<float> ReadChannels(Section section, string name, uint channels)
    {
        var items = section.List(name);
        if (section.Item(name) is YamlList && items.Count != channels)
        {
            section.Fault(name, $"has {items.Count} numbers for {channels} channels; write one per channel.");
        }

        return [.. items.Take(3).Select((item, i) => Values.Number(item, $"{section.Under(name)}[{i}]", section.Faults)).OfType<float>()];
    }

    private static TensorSource ReadTensors(Section section, YamlItem item, InputSet inputs)
    {
        var spec = new TensorSource();
        if (item is not YamlMap { Entries.Count: > 0 and <= JobFields.MaxTensors } map)
        {
            section.Fault("tensors", $"is not a map of 1 to {JobFields.MaxTensors} model inputs; write 'input_name: file.npy' lines below it.");
            return spec;
        }

        foreach (var (key, value) in map.Entries)
        {
            var path = $"{section.Under("tensors")}.{key.Value}";
            if (spec.Files.ContainsKey(key.Value))
            {
                section.Faults.Add(key.Place, path, "is there twice; keep one.");
            }
            else if (InputFile(section, value, path, inputs) is { } file)
            {
                spec.Files.Add(key.Value, file);
            }
        }

        return spec;
    }

    private static string? InputFile(Section section, YamlItem? item, string path, InputSet inputs)
    {
        if (item is null || Values.SafePath(item, path, section.Faults) is not { } file)
        {
            return null;
        }

        if (!inputs.Incomplete && !inputs.HasFile(file))
        {
            var near = Spelling.Nearest(file, inputs.Files.Take(100).Select(f => f.Path));
            section.Faults.Add(item.Place, path, near is null
                ? $"'{SafeText.ForMessage(file)}' is not among the inputs; list it under spec.inputs."
                : $"'{SafeText.ForMessage(file)}' is not among the inputs; did you mean {near}?");
        }

        return file;
    }
}
