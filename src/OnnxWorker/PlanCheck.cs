using Rigshift.Rules;

namespace Rigshift.OnnxWorker;

/// <summary>What the job's spec may get wrong, said with the spec's field names; and what only the agent can get wrong.</summary>
internal static class PlanCheck
{
    public static void Refuse(OnnxPlan plan)
    {
        foreach (var directory in new[] { plan.InputDirectory, plan.OutputDirectory, plan.ProgressFile })
        {
            if (!Path.IsPathFullyQualified(directory))
            {
                throw WorkerFault.Plan($"The plan's path '{SafeText.ForMessage(directory)}' is not absolute.");
            }
        }

        if (FirstFault(plan) is { } fault)
        {
            throw WorkerFault.Input(fault);
        }
    }

    private static string? FirstFault(OnnxPlan plan)
    {
        if (plan.Images is null == plan.Tensors is null)
        {
            return "The job must have exactly one of spec.onnx.images and spec.onnx.tensors.";
        }

        if (plan.Tensors is { Count: 0 })
        {
            return "spec.onnx.tensors names no file: give one .npy file per model input.";
        }

        if (plan.BatchSize is < 1 or > OnnxPlan.MaxBatchSize)
        {
            return $"spec.onnx.batchSize is {plan.BatchSize}: use 1 to {OnnxPlan.MaxBatchSize}.";
        }

        return plan.Images is { } images ? FirstFault(images) : null;
    }

    private static string? FirstFault(OnnxPlanImages images)
    {
        if (images.Width is < 1 or > OnnxPlanImages.MaxSide || images.Height is < 1 or > OnnxPlanImages.MaxSide)
        {
            return $"spec.onnx.images.width and height are {images.Width} and {images.Height}: use 1 to {OnnxPlanImages.MaxSide}.";
        }

        if (images.Channels is not (1 or 3))
        {
            return $"spec.onnx.images.channels is {images.Channels}: use 1 (grey) or 3 (red, green, blue).";
        }

        if (images.Mean.Count != 0 && images.Mean.Count != images.Channels)
        {
            return $"spec.onnx.images.mean has {images.Mean.Count} values for {images.Channels} channels: give one per channel, or none.";
        }

        if (images.Std.Count != 0 && images.Std.Count != images.Channels)
        {
            return $"spec.onnx.images.std has {images.Std.Count} values for {images.Channels} channels: give one per channel, or none.";
        }

        var numbers = images.Mean.Concat(images.Std).Append(images.Scale);
        return images.Std.Contains(0) || !numbers.All(float.IsFinite)
            ? "spec.onnx.images scale, mean and std must be finite numbers, and no std may be 0."
            : null;
    }
}
