using System.Globalization;
using System.Text;

namespace Rigshift.OnnxWorker;

/// <summary>
/// The head of a .npy file (versions 1 to 3): element type and shape of little-endian values in C order. The parser takes exactly what NumPy writes,
/// in bounded memory, and says of everything else what is wrong with it.
/// </summary>
/// <param name="DataOffset">Bytes before the first value.</param>
internal sealed record NpyHeader(NpyType Type, IReadOnlyList<long> Shape, int DataOffset)
{
    /// <summary>NumPy's own heads are below 200 bytes; it refuses more than this, too.</summary>
    private const int MaxHeadBytes = 10_000;

    /// <summary>NumPy's limit.</summary>
    private const int MaxRank = 32;

    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    public long Elements => Shape.Aggregate(1L, (product, length) => checked(product * length));

    /// <summary>Reads the head at the stream's position. False: what is wrong, as a clause.</summary>
    public static bool TryRead(Stream stream, out NpyHeader header, out string fault)
    {
        (header, fault) = (null!, ""); // Null only when false is returned.
        var head = new byte[12];
        var got = stream.ReadAtLeast(head.AsSpan(0, 10), 10, throwOnEndOfStream: false);
        if (got < 10 || !head.AsSpan(0, 6).SequenceEqual(Magic))
        {
            fault = "is not a .npy file";
            return false;
        }

        int length = head[8] | (head[9] << 8), prefix = 10;
        if (head[6] is 2 or 3)
        {
            prefix = 12;
            if (stream.ReadAtLeast(head.AsSpan(10, 2), 2, throwOnEndOfStream: false) < 2)
            {
                fault = "is cut off in its head";
                return false;
            }

            length = head[11] != 0 || head[10] != 0 ? MaxHeadBytes + 1 : length;
        }
        else if (head[6] != 1)
        {
            fault = $"has .npy version {head[6]}; 1, 2 and 3 are known";
            return false;
        }

        if (length > MaxHeadBytes)
        {
            fault = $"has a head of more than {MaxHeadBytes} bytes";
            return false;
        }

        var text = new byte[length];
        if (stream.ReadAtLeast(text, length, throwOnEndOfStream: false) < length)
        {
            fault = "is cut off in its head";
            return false;
        }

        return TryParse(Encoding.Latin1.GetString(text), prefix + length, out header, out fault);
    }

    /// <summary>The bytes that NumPy would write: version 1, padded to 64.</summary>
    public static byte[] Encode(NpyType type, IReadOnlyList<long> shape)
    {
        var dims = shape.Count == 1 ? $"{shape[0]}," : string.Join(", ", shape.Select(d => d.ToString(CultureInfo.InvariantCulture)));
        var text = $"{{'descr': '{type.Descr}', 'fortran_order': False, 'shape': ({dims}), }}";
        var total = (10 + text.Length + 1 + 63) / 64 * 64;
        var bytes = new byte[total];
        Magic.CopyTo(bytes);
        bytes[6] = 1;
        bytes[8] = (byte)(total - 10);
        bytes[9] = (byte)((total - 10) >> 8);
        bytes.AsSpan(10).Fill((byte)' ');
        Encoding.Latin1.GetBytes(text, bytes.AsSpan(10));
        bytes[^1] = (byte)'\n';
        return bytes;
    }

    private static bool TryParse(string text, int offset, out NpyHeader header, out string fault)
    {
        header = null!; // Null only when false is returned.
        fault = "";
        if (!NpyDict.TryParse(text, out var descr, out var fortran, out var dims))
        {
            fault = "has a head that is not NumPy's: it must hold descr, fortran_order and shape of a plain array";
        }
        else if (descr.StartsWith('>'))
        {
            fault = $"holds big-endian values ('{descr}'); save it with .astype('<{descr[1..]}')";
        }
        else if (NpyType.For(descr) is not { } type)
        {
            fault = $"holds values of type '{descr}'; known are {NpyType.Known}";
        }
        else if (fortran)
        {
            fault = "is in Fortran order; save it with numpy.ascontiguousarray";
        }
        else if (dims.Count > MaxRank)
        {
            fault = $"has more than {MaxRank} axes";
        }
        else if (Bytes(dims, type.Bytes) is null)
        {
            fault = "has a shape larger than any disk";
        }
        else
        {
            header = new NpyHeader(type, dims, offset);
        }

        return fault.Length == 0;
    }

    private static long? Bytes(IReadOnlyList<long> dims, int each)
    {
        // A zero further on must not hide that the product of the others overflows.
        var product = (UInt128)each;
        foreach (var length in dims)
        {
            product *= (ulong)Math.Max(length, 1);
            if (product > long.MaxValue / 2)
            {
                return null;
            }
        }

        return (long)product;
    }
}
