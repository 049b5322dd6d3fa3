using Microsoft.ML.OnnxRuntime;
using Rigshift.Rules;

namespace Rigshift.OnnxWorker;

/// <summary>
/// One model output, batch after batch in one array. Its first axis is the batch axis; an output without one can only be kept when a single batch
/// does the whole job.
/// </summary>
internal sealed class NpyOutput(ModelPort port, PartialFile file, long total)
{
    private long[]? itemShape;

    public void Append(OrtValue value, int count, int fed)
    {
        var shape = value.GetTensorTypeAndShape().Shape;
        var bytes = value.GetTensorMutableRawData();
        if (shape.Length == 0 || shape[0] != fed)
        {
            AppendWhole(shape, bytes, count);
            return;
        }

        var item = shape[1..];
        if (itemShape is null)
        {
            itemShape = item;
            file.Write(NpyHeader.Encode(port.Type, [total, .. item]));
        }
        else if (!itemShape.AsSpan().SequenceEqual(item))
        {
            throw Wrong($"was {ModelPort.Show(itemShape)} per item in the first batch and is {ModelPort.Show(item)} in a later one: it cannot be one array");
        }

        file.Write(bytes[..(bytes.Length / fed * count)]);
    }

    private void AppendWhole(long[] shape, ReadOnlySpan<byte> bytes, int count)
    {
        if (count != total)
        {
            throw Wrong($"is {ModelPort.Show(shape)}, which has no batch axis: raise spec.onnx.batchSize to {total}, so that one batch does the whole job, or export the model without this output");
        }

        file.Write(NpyHeader.Encode(port.Type, shape));
        file.Write(bytes);
    }

    private WorkerFault Wrong(string what) => WorkerFault.Model($"The model's output '{SafeText.ForMessage(port.Name)}' {what}.");
}
