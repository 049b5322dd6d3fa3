namespace Rigshift.OnnxWorker;

/// <summary>The items of a job, read batch by batch: never all of them are in memory.</summary>
internal interface IItemSource : IDisposable
{
    /// <summary>At least 1.</summary>
    long Count { get; }

    /// <summary>What people call the items: "images".</summary>
    string Unit { get; }

    /// <summary>One per model input.</summary>
    IReadOnlyList<ItemInput> Inputs { get; }

    /// <summary>What predictions.csv calls an item.</summary>
    string NameOf(long index);

    /// <summary>Writes <paramref name="count"/> items from <paramref name="first"/> on into <paramref name="target"/>, which is just large enough.</summary>
    void Read(int input, long first, int count, Span<byte> target);
}

/// <summary>What the source gives to one model input; the shape is of one item, without the batch axis.</summary>
internal sealed record ItemInput(string Name, NpyType Type, IReadOnlyList<long> ItemShape);
