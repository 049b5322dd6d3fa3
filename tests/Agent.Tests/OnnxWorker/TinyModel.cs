using System.Text;

namespace Rigshift.Agent.Tests.OnnxWorker;

/// <summary>Writes ONNX models of a node or two: as much of protocol buffers as that needs.</summary>
internal sealed class TinyModel
{
    public const int Float = 1;
    public const int Int64 = 7;

    private readonly List<byte> graph = [.. Field(2, "tiny")];

    public TinyModel Input(string name, int type, params int[] shape) => Add(11, Value(name, type, shape));

    public TinyModel Output(string name, int type, params int[] shape) => Add(12, Value(name, type, shape));

    public TinyModel Node(string type, string input, string output) => Add(1, [.. Field(1, input), .. Field(2, output), .. Field(4, type)]);

    public TinyModel Add(string left, string right, string output) => Add(1, [.. Field(1, left), .. Field(1, right), .. Field(2, output), .. Field(4, "Add")]);

    /// <summary>A weight whose values are in a file beside the model, or wherever the model claims.</summary>
    public TinyModel ExternalWeight(string name, string location) => Add(
        5,
        [.. Number(1, 1), .. Number(2, Float), .. Field(8, name), .. Field(13, [.. Field(1, "location"), .. Field(2, location)]), .. Number(14, 1)]);

    public byte[] Encode() => [.. Number(1, 8), .. Field(7, [.. graph]), .. Field(8, [.. Field(1, ""), .. Number(2, 13)])];

    private static byte[] Value(string name, int type, int[] shape)
    {
        var dims = shape.SelectMany(d => Field(1, d < 0 ? Field(2, "N") : Number(1, d))).ToArray();
        return [.. Field(1, name), .. Field(2, Field(1, [.. Number(1, type), .. Field(2, dims)]))];
    }

    private static byte[] Field(int field, string text) => Field(field, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int field, byte[] content) => [.. Varint((field << 3) | 2), .. Varint(content.Length), .. content];

    private static byte[] Number(int field, int value) => [.. Varint(field << 3), .. Varint(value)];

    private static IEnumerable<byte> Varint(int value)
    {
        for (; value > 127; value >>= 7)
        {
            yield return (byte)(value | 128);
        }

        yield return (byte)value;
    }

    private TinyModel Add(int field, byte[] content)
    {
        graph.AddRange(Field(field, content));
        return this;
    }
}
