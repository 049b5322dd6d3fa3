using Microsoft.ML.OnnxRuntime;

namespace Rigshift.OnnxWorker;

/// <summary>The input tensors of one batch; the memory is used again for the next one of the same size.</summary>
internal sealed class BatchFeed(IItemSource source, BatchPlan plan) : IDisposable
{
    private OrtValue[] values = [];
    private int size;

    public IReadOnlyList<OrtValue> Fill(long first, int count)
    {
        Allocate(plan.Fed(count));
        for (var i = 0; i < values.Length; i++)
        {
            var target = values[i].GetTensorMutableRawData();
            var itemBytes = target.Length / size;
            source.Read(i, first, count, target[..(count * itemBytes)]);

            // Padding repeats the last item: zeros may be a value that the model does not know.
            var last = target.Slice((count - 1) * itemBytes, itemBytes);
            for (var pad = count; pad < size; pad++)
            {
                last.CopyTo(target[(pad * itemBytes)..]);
            }
        }

        return values;
    }

    public void Dispose()
    {
        Array.ForEach(values, value => value.Dispose());
        values = [];
    }

    private void Allocate(int newSize)
    {
        if (newSize == size)
        {
            return;
        }

        Dispose();
        size = newSize;
        values = [.. source.Inputs.Select(input =>
            OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, input.Type.Element, [size, .. input.ItemShape]))];
    }
}
