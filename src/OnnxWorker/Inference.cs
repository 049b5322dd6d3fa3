using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Rigshift.Rules;

namespace Rigshift.OnnxWorker;

/// <summary>The run from plan to results: one batch at a time, results on disk under temporary names until all are there.</summary>
internal static class Inference
{
    public static void Run(OnnxPlan plan, TextWriter log, TimeProvider time)
    {
        Quiet();
        var tree = new InputTree(plan.InputDirectory);
        using var model = new OnnxModel(tree.File(plan.Model, "spec.onnx.model"), plan.Threads, log);
        using var source = Open(plan, tree, model);
        var batches = BatchPlan.For(model.Inputs, source.Inputs, source.Count, plan.BatchSize);
        Describe(log, plan, model, source, batches);

        var started = time.GetTimestamp();
        using var results = new ResultFiles(plan.OutputDirectory, model.Outputs, source.Count);
        var predictions = plan.Classify ? new Predictions(results, plan.Labels, source.NameOf) : null;
        using var progress = new ProgressFile(plan.ProgressFile, source.Count, source.Unit, time);
        using var feed = new BatchFeed(source, batches);
        for (long first = 0; first < source.Count; first += batches.Size)
        {
            var count = (int)Math.Min(batches.Size, source.Count - first);
            using var outputs = model.Run(feed.Fill(first, count));
            results.Append(outputs, count, batches.Fed(count));
            predictions?.Append(outputs[0], first, count);
            progress.Report(first + count);
        }

        var names = results.Commit();
        var seconds = Math.Max(time.GetElapsedTime(started).TotalSeconds, 1e-6);
        log.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"done: {source.Count} {source.Unit} in {seconds:F2} s, {source.Count / seconds:F0} {source.Unit}/s; wrote {string.Join(", ", names)}"));
        if (predictions is { NotNumbers: > 0 })
        {
            log.WriteLine($"warning: {predictions.NotNumbers} {source.Unit} have a result that is not a number (NaN); their score is empty");
        }
    }

    // ONNX Runtime's own warnings are for people who make models; and nothing on a rig phones home.
    private static void Quiet()
    {
        OrtEnv.Instance().EnvLogLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR;
        OrtEnv.Instance().DisableTelemetryEvents();
    }

    private static IItemSource Open(OnnxPlan plan, InputTree tree, OnnxModel model)
    {
        if (plan.Images is not { } images)
        {
            return new TensorSource(plan.Tensors!, tree, [.. model.Inputs.Select(input => input.Name)]); // PlanCheck: one of the two is set.
        }

        return model.Inputs is [var only]
            ? new ImageSource(images, tree, only.Name)
            : throw WorkerFault.Input($"The model has {model.Inputs.Count} inputs; spec.onnx.images feeds a model of one input: use spec.onnx.tensors.");
    }

    private static void Describe(TextWriter log, OnnxPlan plan, OnnxModel model, IItemSource source, BatchPlan batches)
    {
        log.WriteLine($"model {SafeText.ForMessage(plan.Model)}: {string.Join(", ", model.Inputs)} -> {string.Join(", ", model.Outputs)}");
        log.WriteLine($"ONNX Runtime {OrtEnv.Instance().GetVersionString()}, execution provider {model.Provider}");
        log.WriteLine($"{source.Count} {source.Unit}, {batches.Size} per batch{(batches.Padded ? " (fixed by the model)" : "")}");
    }
}
