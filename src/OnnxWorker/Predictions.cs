using System.Globalization;
using System.Text;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Rigshift.OnnxWorker;

/// <summary>
/// predictions.csv: file, class, label, score. The class is the index of the largest value of the first output's last axis. The score is its
/// probability: the value itself when the item's values are probabilities already (none negative, sum 1), else their softmax.
/// </summary>
internal sealed class Predictions
{
    public const string FileName = "predictions.csv";

    /// <summary>Models that end in a softmax of half precision miss 1 by this much.</summary>
    private const double SumTolerance = 1e-3;

    private readonly PartialFile file;
    private readonly IReadOnlyList<string> labels;
    private readonly Func<long, string> nameOf;

    public Predictions(ResultFiles results, IReadOnlyList<string> labels, Func<long, string> nameOf)
    {
        (this.labels, this.nameOf) = (labels, nameOf);
        file = results.Create(FileName);
        file.Write("file,class,label,score\n"u8);
    }

    /// <summary>Items whose values are not all numbers.</summary>
    public long NotNumbers { get; private set; }

    public void Append(OrtValue output, long first, int count)
    {
        var info = output.GetTensorTypeAndShape();
        var classes = Classes(info, count);
        var lines = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            var (best, score) = info.ElementDataType == TensorElementType.Double
                ? Best(output.GetTensorDataAsSpan<double>().Slice(i * classes, classes))
                : Best(output.GetTensorDataAsSpan<float>().Slice(i * classes, classes));
            NotNumbers += score is null ? 1 : 0;
            lines.Append(CultureInfo.InvariantCulture, $"{Csv(nameOf(first + i))},{best},{Csv(labels.Count > 0 ? labels[best] : $"{best}")},{score:F6}\n");
        }

        file.Write(Encoding.UTF8.GetBytes(lines.ToString()));
    }

    /// <summary>The class and its probability; no probability when a value is NaN.</summary>
    public static (int Class, double? Score) Best<T>(ReadOnlySpan<T> values)
        where T : struct, System.Numerics.IFloatingPoint<T>
    {
        var best = 0;
        var areNumbers = true;
        double sum = 0;
        var anyNegative = false;
        for (var i = 0; i < values.Length; i++)
        {
            areNumbers &= !T.IsNaN(values[i]);
            anyNegative |= T.IsNegative(values[i]);
            sum += double.CreateTruncating(values[i]);
            best = values[i] > values[best] || T.IsNaN(values[best]) ? i : best;
        }

        if (!areNumbers)
        {
            return (best, null);
        }

        var top = double.CreateTruncating(values[best]);
        if (!anyNegative && Math.Abs(sum - 1) <= SumTolerance)
        {
            return (best, top);
        }

        double exponents = 0;
        foreach (var value in values)
        {
            // Infinity minus itself is no number; the largest has weight 1 whatever it is.
            var difference = double.CreateTruncating(value) - top;
            exponents += double.IsNaN(difference) ? 1 : Math.Exp(difference);
        }

        return (best, 1 / exponents);
    }

    private int Classes(OrtTensorTypeAndShapeInfo info, int count)
    {
        var shape = info.Shape;
        if (shape.Length < 2 || shape[0] < count || shape[^1] < 1 || shape[1..^1].Any(length => length != 1) || info.ElementDataType is not (TensorElementType.Float or TensorElementType.Double))
        {
            throw WorkerFault.Model(
                $"spec.onnx.classify needs a first output of float values [items, classes], but it is {info.ElementDataType} {ModelPort.Show(shape)}: leave classify out, or export the class scores as the first output.");
        }

        var classes = (int)shape[^1];
        return labels.Count == 0 || labels.Count == classes
            ? classes
            : throw WorkerFault.Input($"spec.onnx.labels has {labels.Count} names, but the model has {classes} classes.");
    }

    // RFC 4180.
    private static string Csv(string value) =>
        value.AsSpan().ContainsAny(",\"\r\n") ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
}
