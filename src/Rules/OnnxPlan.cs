using System.Text.Json.Serialization;

namespace Rigshift.Rules;

/// <summary>
/// What the ONNX worker shall do: the agent's onnx runtime writes it as JSON (<see cref="OnnxPlanJson"/>) and starts
/// <c>rigshift-onnx-worker --plan FILE</c>. Exactly one of <see cref="Images"/> and <see cref="Tensors"/> is set.
/// How the worker ends is in <see cref="OnnxExit"/>.
/// </summary>
/// <param name="InputDirectory">Absolute. Every input path below is relative to it, as <see cref="ArtifactPath"/> allows, and no link may lead out of it.</param>
/// <param name="OutputDirectory">
/// Absolute, and exists. One .npy file per model output, named after it, and predictions.csv when <paramref name="Classify"/>. A file is written
/// under its name + ".partial" and renamed when the whole run succeeded, so a file with its final name is complete.
/// </param>
/// <param name="ProgressFile">Absolute. Lines "DONE TOTAL UNIT" are appended, at most <see cref="ProgressLinesPerSecond"/> per second, and the last one always.</param>
/// <param name="Model">The model, below the input directory.</param>
/// <param name="Images">Images to feed; the model has one input then.</param>
/// <param name="Tensors">Model input name to .npy file below the input directory; the first axis is the batch axis, of one length in all of them.</param>
/// <param name="BatchSize">Items per inference, 1 to <see cref="MaxBatchSize"/>. A model with a fixed batch axis decides itself.</param>
/// <param name="Classify">Write predictions.csv: the class is the index of the largest value of the first output's last axis.</param>
/// <param name="Labels">Names of the classes, in order; empty: the index is the label.</param>
/// <param name="Threads">Threads for one inference; 0: as many as the machine has cores.</param>
public sealed record OnnxPlan(
    string InputDirectory,
    string OutputDirectory,
    string ProgressFile,
    string Model,
    OnnxPlanImages? Images,
    IReadOnlyDictionary<string, string>? Tensors,
    int BatchSize,
    bool Classify,
    IReadOnlyList<string> Labels,
    int Threads = 0)
{
    /// <summary>More items than this in one inference only cost memory.</summary>
    public const int MaxBatchSize = 4096;

    /// <summary>Enough for a smooth bar, too few to fill a disk.</summary>
    public const int ProgressLinesPerSecond = 10;
}

/// <summary>PNG or JPEG files of one directory, in byte order of their names, and how each becomes a tensor.</summary>
/// <param name="Directory">Below the input directory.</param>
/// <param name="Width">Pixels the image is resized to (bilinear), 1 to <see cref="MaxSide"/>.</param>
/// <param name="Height">As <paramref name="Width"/>.</param>
/// <param name="Channels">1: grey, 3: red, green, blue.</param>
/// <param name="ChannelsLast">False: NCHW, true: NHWC.</param>
/// <param name="Scale">Each value v of 0..255 becomes (v * Scale - Mean[c]) / Std[c].</param>
/// <param name="Mean">One per channel, or empty: 0.</param>
/// <param name="Std">One per channel, none of them 0, or empty: 1.</param>
public sealed record OnnxPlanImages(
    string Directory,
    int Width,
    int Height,
    int Channels,
    bool ChannelsLast,
    float Scale,
    IReadOnlyList<float> Mean,
    IReadOnlyList<float> Std)
{
    /// <summary>No model takes larger images at once; a typing error must not ask for terabytes.</summary>
    public const int MaxSide = 16_384;
}

/// <summary>
/// The worker's exit codes. For each of them but <see cref="Ok"/> the last line of stderr says in one sentence what happened.
/// Any other code, and death by a signal, is a crash.
/// </summary>
public static class OnnxExit
{
    public const int Ok = 0;

    /// <summary>The plan or the command line is not one: a fault of the agent, not of the job.</summary>
    public const int PlanInvalid = 2;

    public const int ModelInvalid = 10;

    public const int InputInvalid = 11;

    public const int DiskFull = 12;

    public const int DiskError = 13;

    /// <summary>The reason code for an exit code; null for <see cref="Ok"/>.</summary>
    public static string? ReasonFor(int exitCode) => exitCode switch
    {
        Ok => null,
        PlanInvalid => Reason.InternalError,
        ModelInvalid => Reason.ModelInvalid,
        InputInvalid => Reason.InputInvalid,
        DiskFull => Reason.DiskFull,
        DiskError => Reason.DiskError,
        _ => Reason.WorkerCrashed,
    };
}

/// <summary>The plan's JSON form, the same on both sides.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(OnnxPlan))]
public sealed partial class OnnxPlanJson : JsonSerializerContext;
