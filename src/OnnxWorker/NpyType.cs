using Microsoft.ML.OnnxRuntime.Tensors;

namespace Rigshift.OnnxWorker;

/// <summary>An element type that both .npy and ONNX know.</summary>
/// <param name="Descr">NumPy's type string, little-endian.</param>
internal sealed record NpyType(string Descr, TensorElementType Element, int Bytes)
{
    private static readonly NpyType[] All =
    [
        new("<f4", TensorElementType.Float, 4),
        new("<f8", TensorElementType.Double, 8),
        new("<f2", TensorElementType.Float16, 2),
        new("|i1", TensorElementType.Int8, 1),
        new("<i2", TensorElementType.Int16, 2),
        new("<i4", TensorElementType.Int32, 4),
        new("<i8", TensorElementType.Int64, 8),
        new("|u1", TensorElementType.UInt8, 1),
        new("<u2", TensorElementType.UInt16, 2),
        new("<u4", TensorElementType.UInt32, 4),
        new("<u8", TensorElementType.UInt64, 8),
        new("|b1", TensorElementType.Bool, 1),
    ];

    public static string Known { get; } = string.Join(", ", All.Select(type => type.Descr));

    public static NpyType? For(TensorElementType element) => All.FirstOrDefault(type => type.Element == element);

    /// <summary>NumPy writes '|' for one-byte types; '&lt;' means the same there.</summary>
    public static NpyType? For(string descr) =>
        All.FirstOrDefault(type => type.Descr == descr || (type.Bytes == 1 && descr.Length == 3 && descr[0] == '<' && type.Descr.AsSpan(1).SequenceEqual(descr.AsSpan(1))));
}
