using Google.Protobuf.Collections;
using Rigshift.Agent.Model;
using Rigshift.Rules;
using Proto = Rigshift.Protocol.V1;

namespace Rigshift.Agent.Sessions.Mapping;

/// <summary>Reads the onnx runtime's part of a job.</summary>
internal static class OnnxSpecMapper
{
    private const uint DefaultChannels = 3;
    private const float DefaultScale = 1f / 255f;

    public static (RuntimeSpec? Spec, string? Fault) Map(Proto.OnnxSpec wire)
    {
        if (!ArtifactPath.TryCreate(wire.Model, out var model, out var fault))
        {
            return (null, $"onnx.model {fault}");
        }

        var batch = wire.BatchSize == 0 ? JobLimits.DefaultBatchSize : wire.BatchSize;
        if (batch > OnnxPlan.MaxBatchSize)
        {
            return (null, $"onnx.batch_size is more than {OnnxPlan.MaxBatchSize}");
        }

        OnnxImages? images = null;
        IReadOnlyDictionary<string, string>? tensors = null;
        switch (wire.SourceCase)
        {
            case Proto.OnnxSpec.SourceOneofCase.Images:
                (images, fault) = MapImages(wire.Images);
                break;
            case Proto.OnnxSpec.SourceOneofCase.Tensors:
                (tensors, fault) = MapTensors(wire.Tensors);
                break;
            default:
                fault = "onnx.images and onnx.tensors are both absent, or newer than this agent";
                break;
        }

        return fault is null ? (new OnnxSpec(model.Value, images, tensors, (int)batch, wire.Classify, [.. wire.Labels]), null) : (null, fault);
    }

    private static (OnnxImages? Images, string? Fault) MapImages(Proto.ImageSource wire)
    {
        if (!ArtifactPath.TryCreate(wire.Directory, out var directory, out var fault))
        {
            return (null, $"onnx.images.directory {fault}");
        }

        if (wire.Width is 0 or > OnnxPlanImages.MaxSide || wire.Height is 0 or > OnnxPlanImages.MaxSide)
        {
            return (null, $"onnx.images.width and height must be from 1 to {OnnxPlanImages.MaxSide}");
        }

        var channels = wire.Channels == 0 ? DefaultChannels : wire.Channels;
        if (channels is not (1 or 3))
        {
            return (null, "onnx.images.channels must be 1 or 3");
        }

        if (!PerChannel(wire.Mean, channels) || !PerChannel(wire.Std, channels) || wire.Std.Contains(0f) || !float.IsFinite(wire.Scale))
        {
            return (null, "onnx.images: mean and std take one number per channel, std none of 0, scale a number");
        }

        var last = wire.Layout == Proto.TensorLayout.Nhwc;
        var scale = wire.Scale == 0f ? DefaultScale : wire.Scale;
        return (new OnnxImages(directory.Value, (int)wire.Width, (int)wire.Height, (int)channels, last, scale, [.. wire.Mean], [.. wire.Std]), null);
    }

    private static (IReadOnlyDictionary<string, string>? Tensors, string? Fault) MapTensors(Proto.TensorSource wire)
    {
        if (wire.Files.Count == 0)
        {
            return (null, "onnx.tensors.files is empty");
        }

        foreach (var (name, path) in wire.Files)
        {
            if (!ArtifactPath.TryCreate(path, out _, out var fault))
            {
                return (null, $"onnx.tensors.files: the path of '{SafeText.ForMessage(name)}' {fault}");
            }
        }

        return (new Dictionary<string, string>(wire.Files), null);
    }

    private static bool PerChannel(RepeatedField<float> values, uint channels) =>
        values.Count == 0 || (values.Count == (int)channels && values.All(float.IsFinite));
}
