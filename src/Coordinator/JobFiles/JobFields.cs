using System.Globalization;
using Rigshift.Rules;

namespace Rigshift.Coordinator.JobFiles;

/// <summary>Every field that a job file may have. The reader refuses others; docs/jobs.md is compared with this.</summary>
internal static class JobFields
{
    public const string ApiVersion = "rigshift/v1";
    public const string Kind = "Job";

    public const int MaxGpus = 64;
    public const int MaxCpuMillis = 1024 * 1000;
    public const long MinBytes = 1L << 20;
    public const long MaxBytes = 16L << 40;
    public const int MaxPriority = 1000;
    public const int MaxBatchSize = 65_536;
    public const int MaxImageSide = 16_384;
    public const int MaxLabels = 100_000;
    public const int MaxCommand = 1024;
    public const int MaxOutputPatterns = 256;
    public const int MaxTensors = 256;

    private const string ByteBounds = "1Mi to 16Ti";

    /// <summary>In the order of the reference.</summary>
    public static IReadOnlyList<JobField> All { get; } =
    [
        new("apiVersion", "text", "required", $"`{ApiVersion}`", ApiVersion, "Version of this format."),
        new("kind", "text", "required", $"`{Kind}`", Kind, "What the file describes."),
        new("metadata", "map", "required", "", "{name: digits}", "What people call the job."),
        new("metadata.name", "text", "required", Text($"1 to {JobLimits.MaxNameLength} of a-z, 0-9 and -"), "digits", "Shown in lists. Need not be unique."),
        new("spec", "map", "required", "", "", "The work. It cannot be changed after submit."),
        new("spec.runtime", "text", "required", "`onnx` or `process`", "onnx",
            "How the program is run: `onnx` runs a model with nothing installed on the rig; `process` runs a program of the rig's system, on rigs whose owner allows it."),
        new("spec.resources", "map", "the defaults of its fields", "", "{cpu: 1, memory: 512Mi}", "What one attempt may use, and what a rig must have free to get the job."),
        new("spec.resources.gpus", "whole number", "0", Text($"0 to {MaxGpus}"), "0", "Whole GPUs. 0: the job runs on the CPU."),
        new("spec.resources.cpu", "cores, or thousandths with `m`", Cores(JobLimits.DefaultCpuMillis), "1m to 1024", "500m", "CPU cores: `2`, `0.5` and `500m` are all understood."),
        new("spec.resources.memory", "bytes with Ki, Mi, Gi, Ti or k, M, G, T", Mebi(JobLimits.DefaultMemoryBytes), ByteBounds, "512Mi", "Main memory."),
        new("spec.resources.disk", "bytes with Ki, Mi, Gi, Ti or k, M, G, T", Mebi(JobLimits.DefaultDiskBytes), ByteBounds, "1Gi",
            "Disk for inputs, scratch and outputs together."),
        new("spec.timeout", "time with s, m, h or d", "1h", "1s to 30d", "10m", "How long one attempt may run, `1h30m` for instance; then it is stopped and fails with `timeout`."),
        new("spec.maxAttempts", "whole number", Text($"{JobLimits.DefaultMaxAttempts}"), Text($"1 to {JobLimits.MaxMaxAttempts}"), "3",
            "Failed attempts before the job is given up. An attempt that is lost with its rig does not count, up to three times this number."),
        new("spec.priority", "whole number", "0", Text($"-{MaxPriority} to {MaxPriority}"), "10", "Higher goes first; the same priority is first in, first out."),
        new("spec.leaseClass", "text", "batch", "`batch`, `interactive` or `exclusive`", "batch",
            "When the rig is cut off: `batch` lets it go on alone for hours, `interactive` gives the job to another rig after a minute, `exclusive` stops it before anybody else may start it."),
        new("spec.environment", "map of text", "none", Text($"{JobLimits.MaxEnvironment} names"), "{MODE: fast}", "Environment of the program. Values are never logged."),
        new("spec.environment.*", "text", "", "name: letters, digits and _", "fast", "One variable."),
        new("spec.inputs", "list", "none", Text($"{JobLimits.MaxInputs:N0} files in all"), "[{path: model.onnx}]", "Files that are uploaded and laid out in the attempt's input directory."),
        new("spec.inputs[].path", "relative path", "required", "safe on Linux and Windows", "model.onnx", "Where the file, or the directory's files, go below the input directory."),
        new("spec.inputs[].source", "path of a file or directory", "the same as `path`", "exists when you submit", "../models/model.onnx",
            "What to upload, relative to the job file. A directory is taken with everything below it; links inside it are refused."),
        new("spec.inputs[].executable", "true or false", "false", "", "true", "Set the executable bit on the rig."),
        new("spec.outputs", "list of path patterns", "every file", Text($"{MaxOutputPatterns} patterns"), "[predictions.csv, '**/*.npy']",
            "Which files below the output directory are results. `*` matches within a name, `**` across directories."),
        new("spec.process", "map", "", "only with `runtime: process`", "{command: [./run.sh, --fast]}", "What the process runtime runs."),
        new("spec.process.command", "list of text", "required", Text($"1 to {MaxCommand} words"), "[./run.sh, --fast]",
            "Program and arguments; no shell reads them. The program is an absolute path on the rig, or one of the inputs when it begins with `./`."),
        new("spec.onnx", "map", "", "only with `runtime: onnx`", "{model: model.onnx, images: {directory: images, width: 28, height: 28}}", "What the onnx runtime computes."),
        new("spec.onnx.model", "path of an input", "required", "", "model.onnx", "The model, as one of the inputs is named."),
        new("spec.onnx.images", "map", "", "this or `tensors`", "{directory: images, width: 28, height: 28}", "PNG or JPEG files as the model's input, in byte order of their names."),
        new("spec.onnx.images.directory", "directory of inputs", "required", "", "images", "Where the images are below the input directory."),
        new("spec.onnx.images.width", "pixels", "required", Text($"1 to {MaxImageSide}"), "28", "Each image is resized to this width (bilinear)."),
        new("spec.onnx.images.height", "pixels", "required", Text($"1 to {MaxImageSide}"), "28", "Each image is resized to this height (bilinear)."),
        new("spec.onnx.images.channels", "whole number", "3", "1 (grey) or 3 (red, green, blue)", "1", "Colour channels that the model takes."),
        new("spec.onnx.images.layout", "text", "nchw", "`nchw` or `nhwc`", "nchw", "Order of the tensor's axes."),
        new("spec.onnx.images.scale", "number", "1/255", "above 0", "0.00392156862745098", "Each value v of 0 to 255 becomes (v * scale - mean) / std."),
        new("spec.onnx.images.mean", "list of numbers", "0 for each channel", "one per channel", "[0.485, 0.456, 0.406]", "Taken away from each channel."),
        new("spec.onnx.images.std", "list of numbers", "1 for each channel", "one per channel, none 0", "[0.229, 0.224, 0.225]", "Each channel is divided by it."),
        new("spec.onnx.tensors", "map of input name to path", "", Text($"this or `images`; {MaxTensors} names"), "{input_ids: ids.npy}", "One `.npy` file per model input; the first axis is the batch."),
        new("spec.onnx.tensors.*", "path of an input", "", "", "ids.npy", "The file for one model input."),
        new("spec.onnx.batchSize", "whole number", Text($"{JobLimits.DefaultBatchSize}"), Text($"1 to {MaxBatchSize:N0}"), "64", "Items per inference."),
        new("spec.onnx.classify", "true or false", "false", "", "true", "Also write `predictions.csv` (file, class, label, score): the class is the largest value of the first output's last axis."),
        new("spec.onnx.labels", "list of text", "the class's number", Text($"{MaxLabels:N0} labels"), "[cat, dog]", "Names of the classes, in order, for `predictions.csv`."),
    ];

    /// <summary>The fields directly in a map.</summary>
    public static IEnumerable<JobField> In(string parent) => All.Where(f => f.Parent == parent);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static string Cores(uint millis) => Text($"{millis / 1000}");

    private static string Mebi(ulong bytes) => Text($"{bytes >> 20}Mi");
}
