namespace Rigshift.OnnxWorker;

/// <summary>
/// How the items go through the model: how many at once, and whether the last batch is padded because the model's batch axis is fixed. Refuses
/// what does not fit, before anything runs.
/// </summary>
/// <param name="Size">Items per inference.</param>
/// <param name="Padded">The model takes exactly <paramref name="Size"/> items; a smaller last batch is filled up, and the extra results are cut off.</param>
internal sealed record BatchPlan(int Size, bool Padded)
{
    public static BatchPlan For(IReadOnlyList<ModelPort> inputs, IReadOnlyList<ItemInput> items, long count, int wanted)
    {
        long? fixedSize = null;
        for (var i = 0; i < inputs.Count; i++)
        {
            var (input, item) = (inputs[i], items[i]);
            if (input.Type != item.Type)
            {
                throw WorkerFault.Input($"The model's input {input} gets values of type {item.Type.Descr}: convert them, or the model, so that both are the same.");
            }

            if (input.Shape.Count == 0 || !Fits(input.Shape, item.ItemShape))
            {
                throw WorkerFault.Input(
                    $"The model's input is {input}, but the job gives it {ModelPort.Show([-1, .. item.ItemShape])}: check the shape (for images: width, height, channels and layout).");
            }

            if (input.Shape[0] >= 0)
            {
                if (input.Shape[0] == 0 || (fixedSize ?? input.Shape[0]) != input.Shape[0])
                {
                    throw WorkerFault.Model("The model's inputs have fixed batch axes of different lengths, or of length 0: export it with one batch axis.");
                }

                fixedSize = input.Shape[0];
            }
        }

        var size = fixedSize ?? Math.Min(wanted, count);
        if (items.Any(item => item.ItemShape.Aggregate((Int128)size * item.Type.Bytes, (product, length) => product * length) > int.MaxValue))
        {
            throw WorkerFault.Input($"A batch of {size} is larger than 2 GiB: lower spec.onnx.batchSize.");
        }

        return new BatchPlan((int)size, fixedSize is not null);
    }

    /// <summary>Items that the model gets when <paramref name="count"/> are left.</summary>
    public int Fed(int count) => Padded ? Size : count;

    private static bool Fits(IReadOnlyList<long> model, IReadOnlyList<long> item) =>
        model.Count == item.Count + 1 && item.Zip(model.Skip(1)).All(pair => pair.Second < 0 || pair.First == pair.Second);
}
