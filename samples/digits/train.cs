// Makes everything in this directory from nothing: draws digits, trains a small network on them, writes model.onnx, images/ and labels.csv.
//   dotnet run samples/digits/train.cs
// Nothing is downloaded, no package is used. The same seed gives the same pictures and the same model.
#:property Optimize=true
#:property PublishAot=false
#:property RestorePackagesWithLockFile=false
#:property GenerateDocumentationFile=false
#:property EnforceCodeStyleInBuild=false
#:property AnalysisLevel=none
#:property RuntimeIdentifiers=

using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

const int TrainCount = 12_000, TestCount = 200, Epochs = 7, BatchSize = 32;
var directory = (string?)AppContext.GetData("EntryPointFileDirectoryPath") ?? throw new InvalidOperationException("Run it with: dotnet run samples/digits/train.cs");

var random = new Rng(20260101);
Console.WriteLine($"drawing {TrainCount} digits to learn from");
var train = Enumerable.Range(0, TrainCount).Select(i => Digit.Draw(i % 10, random)).ToArray();
var test = Enumerable.Range(0, TestCount).Select(i => Digit.Draw(i % 10, random)).ToArray();
random.Shuffle(test);

var network = new Network(random);
for (var epoch = 1; epoch <= Epochs; epoch++)
{
    random.Shuffle(train);
    double loss = 0;
    var rate = 0.002f * (1 + MathF.Cos(MathF.PI * (epoch - 1) / Epochs)) / 2;
    for (var i = 0; i < train.Length; i++)
    {
        loss += network.Learn(train[i]);
        if (i % BatchSize == BatchSize - 1)
        {
            network.Step(rate, BatchSize);
        }
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"epoch {epoch} of {Epochs}: loss {loss / train.Length:F4}"));
}

var right = test.Count(digit => network.Classify(digit.Pixels) == digit.Label);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"test accuracy {right}/{test.Length} = {100.0 * right / test.Length:F1} %"));

File.WriteAllBytes(Path.Combine(directory, "model.onnx"), network.ToOnnx());
var images = Directory.CreateDirectory(Path.Combine(directory, "images")).FullName;
var labels = new StringBuilder("file,label\n");
for (var i = 0; i < test.Length; i++)
{
    var name = string.Create(CultureInfo.InvariantCulture, $"{i + 1:D4}.png");
    File.WriteAllBytes(Path.Combine(images, name), Png.Encode(test[i].Pixels, Digit.Side));
    labels.Append(CultureInfo.InvariantCulture, $"{name},{test[i].Label}\n");
}

File.WriteAllText(Path.Combine(directory, "labels.csv"), labels.ToString());
Console.WriteLine($"wrote model.onnx, labels.csv and {test.Length} images to {directory}");

/// <summary>A grey picture, 0..255 per pixel, and what it shows.</summary>
sealed record Digit(byte[] Pixels, int Label)
{
    public const int Side = 28;

    /// <summary>Strokes of the figure, bent, sheared, turned, drawn with a pen of random width, with a scratch and noise over it.</summary>
    public static Digit Draw(int label, Rng random)
    {
        double angle = random.Between(-0.3, 0.3), shear = random.Between(-0.34, 0.34);
        double width = random.Between(8.5, 18), height = random.Between(12.5, 21.5);
        double left = Side / 2.0 + random.Between(-2.5, 2.5), top = Side / 2.0 + random.Between(-2.5, 2.5);
        double bend = random.Between(-0.08, 0.08), phase = random.Between(0, 6.28), pen = random.Between(0.65, 1.7);
        (double X, double Y) Place((double X, double Y) p)
        {
            var y = p.Y - 0.5 + bend * Math.Sin(5 * p.X + phase);
            var x = (p.X - 0.5 + bend * Math.Cos(5 * p.Y + phase)) * width - shear * y * height;
            y *= height;
            return (left + x * Math.Cos(angle) - y * Math.Sin(angle), top + x * Math.Sin(angle) + y * Math.Cos(angle));
        }

        (double X, double Y) Tremble((double X, double Y) p) => (p.X + random.Between(-0.02, 0.02), p.Y + random.Between(-0.02, 0.02));
        (double X, double Y) Anywhere() => (random.Between(0, Side), random.Between(0, Side));

        var strokes = Strokes(label, random).Select(stroke => stroke.Select(p => Place(Tremble(p))).ToArray()).ToList();
        (double X, double Y)[] scratch = [Anywhere(), Anywhere(), Anywhere()];
        double ink = random.Between(130, 250), paper = random.Between(0, 50), noise = random.Between(8, 38), scratchInk = random.Between(0, 170);
        var pixels = new byte[Side * Side];
        for (var i = 0; i < pixels.Length; i++)
        {
            (double X, double Y) at = (i % Side + 0.5, i / Side + 0.5);
            var value = paper + (ink - paper) * strokes.Max(stroke => Cover(stroke, at, pen));
            value = Math.Max(value, scratchInk * Cover(scratch, at, 0.5)) + noise * random.Gauss();
            pixels[i] = (byte)Math.Clamp(Math.Round(value), 0, 255);
        }

        return new Digit(pixels, label);
    }

    // How much of a pixel a pen of the given radius covers: full inside, fading over one pixel at the edge.
    static double Cover((double X, double Y)[] line, (double X, double Y) at, double pen)
    {
        var nearest = double.MaxValue;
        for (var i = 1; i < line.Length; i++)
        {
            double dx = line[i].X - line[i - 1].X, dy = line[i].Y - line[i - 1].Y;
            var t = Math.Clamp(((at.X - line[i - 1].X) * dx + (at.Y - line[i - 1].Y) * dy) / Math.Max(dx * dx + dy * dy, 1e-9), 0, 1);
            double x = at.X - line[i - 1].X - t * dx, y = at.Y - line[i - 1].Y - t * dy;
            nearest = Math.Min(nearest, x * x + y * y);
        }

        return Math.Clamp(pen + 0.5 - Math.Sqrt(nearest), 0, 1);
    }

    // The figures as people write them, in a unit square with y down; some have two common forms.
    static IEnumerable<(double X, double Y)[]> Strokes(int label, Rng random)
    {
        var other = random.Between(0, 1) < 0.4;
        return label switch
        {
            0 => [Arc(0.5, 0.5, 0.33, 0.45, 0, 360)],
            1 => other ? [[(0.5, 0.05), (0.5, 0.95)]] : [[(0.26, 0.3), (0.52, 0.05), (0.52, 0.95)]],
            2 => [[.. Arc(0.5, 0.3, 0.3, 0.24, 185, 385), (0.16, 0.93), (0.86, 0.93)]],
            3 => other ? [[(0.2, 0.07), (0.76, 0.07), (0.46, 0.42), .. Arc(0.46, 0.68, 0.32, 0.26, -80, 150)]]
                       : [[.. Arc(0.47, 0.28, 0.28, 0.22, -155, 85), .. Arc(0.47, 0.72, 0.32, 0.23, -88, 150)]],
            4 => other ? [[(0.28, 0.06), (0.18, 0.55), (0.82, 0.55)], [(0.68, 0.25), (0.64, 0.95)]] : [[(0.64, 0.95), (0.64, 0.06), (0.14, 0.66), (0.88, 0.66)]],
            5 => [[(0.8, 0.07), (0.28, 0.07), (0.25, 0.46), .. Arc(0.46, 0.67, 0.32, 0.27, -115, 145)]],
            6 => [[(0.7, 0.06), (0.46, 0.2), (0.3, 0.42), (0.23, 0.68)], Arc(0.5, 0.7, 0.28, 0.24, 0, 360)],
            7 => other ? [[(0.16, 0.08), (0.84, 0.08), (0.4, 0.95)], [(0.36, 0.5), (0.78, 0.5)]] : [[(0.16, 0.08), (0.84, 0.08), (0.4, 0.95)]],
            8 => [Arc(0.5, 0.28, 0.26, 0.22, 0, 360), Arc(0.5, 0.72, 0.31, 0.23, 0, 360)],
            _ => [Arc(0.48, 0.31, 0.28, 0.25, 0, 360), other ? [(0.76, 0.3), (0.74, 0.95)] : [(0.76, 0.32), (0.72, 0.62), (0.56, 0.85), (0.36, 0.95)]],
        };
    }

    static (double X, double Y)[] Arc(double x, double y, double rx, double ry, double from, double to) =>
        [.. Enumerable.Range(0, 15).Select(i => (from + (to - from) * i / 14) * Math.PI / 180).Select(a => (x + rx * Math.Cos(a), y + ry * Math.Sin(a)))];
}

/// <summary>Two convolutions with stride 2 and two dense layers, trained with Adam; 27 thousand weights.</summary>
sealed class Network(Rng random)
{
    readonly Convolution first = new(1, 28, 8, 5, random), second = new(8, 14, 16, 3, random);
    readonly Dense third = new(784, 32, random), last = new(32, 10, random);
    readonly float[] input = new float[784];

    public int Classify(byte[] pixels)
    {
        var logits = Forward(pixels);
        return Array.IndexOf(logits, logits.Max());
    }

    public double Learn(Digit digit)
    {
        var logits = Forward(digit.Pixels);
        var top = logits.Max();
        var sum = logits.Sum(v => MathF.Exp(v - top));
        for (var i = 0; i < 10; i++)
        {
            last.OutGradient[i] = MathF.Exp(logits[i] - top) / sum - (i == digit.Label ? 1 : 0);
        }

        last.Backward(third.Out, third.OutGradient);
        Relu(third.Out, third.OutGradient);
        third.Backward(second.Out, second.OutGradient);
        Relu(second.Out, second.OutGradient);
        second.Backward(first.OutGradient);
        Relu(first.Out, first.OutGradient);
        first.Backward(null);
        return Math.Log(sum) - (logits[digit.Label] - top);
    }

    public void Step(float rate, int batch)
    {
        foreach (var weights in new[] { first.Kernel, first.Bias, second.Kernel, second.Bias, third.Weights, third.Bias, last.Weights, last.Bias })
        {
            weights.Step(rate, batch);
        }
    }

    float[] Forward(byte[] pixels)
    {
        for (var i = 0; i < pixels.Length; i++)
        {
            input[i] = pixels[i] * (1f / 255);
        }

        first.Forward(input);
        Relu(first.Out, first.Out);
        second.Forward(first.Out);
        Relu(second.Out, second.Out);
        third.Forward(second.Out);
        Relu(third.Out, third.Out);
        last.Forward(third.Out);
        return last.Out;
    }

    // Where the layer gave nothing, nothing passes, neither forward nor backward.
    static void Relu(float[] gate, float[] values)
    {
        for (var i = 0; i < gate.Length; i++)
        {
            values[i] = gate[i] > 0 ? values[i] : 0;
        }
    }

    /// <summary>The model as an ONNX file: opset 13, input image [N,1,28,28], output logits [N,10].</summary>
    public byte[] ToOnnx()
    {
        var graph = new Proto().Text(2, "digits");
        Node(graph, "Conv", ["image", "k1", "b1"], "c1", ("kernel_shape", [5, 5]), ("pads", [2, 2, 2, 2]), ("strides", [2, 2]));
        Node(graph, "Relu", ["c1"], "r1");
        Node(graph, "Conv", ["r1", "k2", "b2"], "c2", ("kernel_shape", [3, 3]), ("pads", [1, 1, 1, 1]), ("strides", [2, 2]));
        Node(graph, "Relu", ["c2"], "r2");
        Node(graph, "Flatten", ["r2"], "f");
        Node(graph, "Gemm", ["f", "w3", "b3"], "d3", ("transB", [1]));
        Node(graph, "Relu", ["d3"], "r3");
        Node(graph, "Gemm", ["r3", "w4", "b4"], "logits", ("transB", [1]));
        (string Name, float[] Values, int[] Shape)[] weights =
        [
            ("k1", first.Kernel.Value, [8, 1, 5, 5]), ("b1", first.Bias.Value, [8]), ("k2", second.Kernel.Value, [16, 8, 3, 3]), ("b2", second.Bias.Value, [16]),
            ("w3", third.Weights.Value, [32, 784]), ("b3", third.Bias.Value, [32]), ("w4", last.Weights.Value, [10, 32]), ("b4", last.Bias.Value, [10]),
        ];
        foreach (var (name, values, shape) in weights)
        {
            var tensor = new Proto();
            Array.ForEach(shape, d => tensor.Number(1, d));
            graph.Message(5, tensor.Number(2, 1).Text(8, name).Bytes(9, MemoryMarshal.AsBytes<float>(values)));
        }

        graph.Message(11, Value("image", [1, 28, 28])).Message(12, Value("logits", [10]));
        return new Proto().Number(1, 8).Text(2, "rigshift samples/digits").Message(7, graph).Message(8, new Proto().Text(1, "").Number(2, 13)).ToArray();
    }

    static void Node(Proto graph, string type, string[] inputs, string output, params (string Name, int[] Value)[] attributes)
    {
        var node = new Proto();
        Array.ForEach(inputs, name => node.Text(1, name));
        node.Text(2, output).Text(3, type + "_" + output).Text(4, type);
        foreach (var (name, value) in attributes)
        {
            var attribute = new Proto().Text(1, name);
            if (value is [var single])
            {
                attribute.Number(3, single).Number(20, 2);
            }
            else
            {
                Array.ForEach(value, v => attribute.Number(8, v));
                attribute.Number(20, 7);
            }

            node.Message(5, attribute);
        }

        graph.Message(1, node);
    }

    static Proto Value(string name, int[] shape)
    {
        var dims = new Proto().Message(1, new Proto().Text(2, "N"));
        Array.ForEach(shape, d => dims.Message(1, new Proto().Number(1, d)));
        return new Proto().Text(1, name).Message(2, new Proto().Message(1, new Proto().Number(1, 1).Message(2, dims)));
    }
}

/// <summary>Stride 2, "same" padding; as a product of the kernel with the patches under it.</summary>
sealed class Convolution(int channels, int side, int filters, int kernel, Rng random)
{
    readonly int outSide = side / 2, patch = channels * kernel * kernel;
    readonly float[] columns = new float[channels * kernel * kernel * side * side / 4], columnGradient = new float[channels * kernel * kernel * side * side / 4];

    public Weights Kernel { get; } = new(filters * channels * kernel * kernel, channels * kernel * kernel, random);
    public Weights Bias { get; } = new(filters, 0, random);
    public float[] Out { get; } = new float[filters * side * side / 4];
    public float[] OutGradient { get; } = new float[filters * side * side / 4];

    public void Forward(float[] image)
    {
        Array.Clear(columns);
        Walk((column, pixel) => columns[column] = image[pixel]);
        var area = outSide * outSide;
        for (var f = 0; f < filters; f++)
        {
            var row = Out.AsSpan(f * area, area);
            row.Fill(Bias.Value[f]);
            for (var p = 0; p < patch; p++)
            {
                Vectors.AddScaled(row, columns.AsSpan(p * area, area), Kernel.Value[f * patch + p]);
            }
        }
    }

    public void Backward(float[]? imageGradient)
    {
        Array.Clear(columnGradient);
        var area = outSide * outSide;
        for (var f = 0; f < filters; f++)
        {
            var row = OutGradient.AsSpan(f * area, area);
            foreach (var v in row)
            {
                Bias.Gradient[f] += v;
            }

            for (var p = 0; p < patch; p++)
            {
                Kernel.Gradient[f * patch + p] += Vectors.Dot(row, columns.AsSpan(p * area, area));
                if (imageGradient is not null)
                {
                    Vectors.AddScaled(columnGradient.AsSpan(p * area, area), row, Kernel.Value[f * patch + p]);
                }
            }
        }

        if (imageGradient is not null)
        {
            Array.Clear(imageGradient);
            Walk((column, pixel) => imageGradient[pixel] += columnGradient[column]);
        }
    }

    void Walk(Action<int, int> visit)
    {
        var column = 0;
        for (var p = 0; p < patch; p++)
        {
            int c = p / (kernel * kernel), ky = p / kernel % kernel - kernel / 2, kx = p % kernel - kernel / 2;
            for (var i = 0; i < outSide * outSide; i++, column++)
            {
                int y = i / outSide * 2 + ky, x = i % outSide * 2 + kx;
                if (y >= 0 && y < side && x >= 0 && x < side)
                {
                    visit(column, (c * side + y) * side + x);
                }
            }
        }
    }
}

sealed class Dense(int inputs, int outputs, Rng random)
{
    public Weights Weights { get; } = new(inputs * outputs, inputs, random);
    public Weights Bias { get; } = new(outputs, 0, random);
    public float[] Out { get; } = new float[outputs];
    public float[] OutGradient { get; } = new float[outputs];

    public void Forward(float[] values)
    {
        for (var o = 0; o < outputs; o++)
        {
            Out[o] = Bias.Value[o] + Vectors.Dot(values, Weights.Value.AsSpan(o * inputs, inputs));
        }
    }

    public void Backward(float[] values, float[] gradient)
    {
        Array.Clear(gradient);
        for (var o = 0; o < outputs; o++)
        {
            Bias.Gradient[o] += OutGradient[o];
            Vectors.AddScaled(Weights.Gradient.AsSpan(o * inputs, inputs), values, OutGradient[o]);
            Vectors.AddScaled(gradient, Weights.Value.AsSpan(o * inputs, inputs), OutGradient[o]);
        }
    }
}

/// <summary>Numbers that are learnt, by Adam.</summary>
sealed class Weights
{
    readonly float[] mean, variance;
    double meanShare = 1, varianceShare = 1;

    public Weights(int count, int fanIn, Rng random)
    {
        (Value, Gradient, mean, variance) = (new float[count], new float[count], new float[count], new float[count]);
        for (var i = 0; i < count && fanIn > 0; i++)
        {
            Value[i] = (float)(random.Gauss() * Math.Sqrt(2.0 / fanIn));
        }
    }

    public float[] Value { get; }
    public float[] Gradient { get; }

    public void Step(float rate, int batch)
    {
        (meanShare, varianceShare) = (meanShare * 0.9, varianceShare * 0.999);
        var scale = (float)(rate * Math.Sqrt(1 - varianceShare) / (1 - meanShare));
        for (var i = 0; i < Value.Length; i++)
        {
            var g = Gradient[i] / batch;
            mean[i] = 0.9f * mean[i] + 0.1f * g;
            variance[i] = 0.999f * variance[i] + 0.001f * g * g;
            Value[i] -= scale * mean[i] / (MathF.Sqrt(variance[i]) + 1e-8f);
        }

        Array.Clear(Gradient);
    }
}

/// <summary>Eight lanes on every machine, so that sums round the same everywhere.</summary>
static class Vectors
{
    public static void AddScaled(Span<float> sum, ReadOnlySpan<float> values, float factor)
    {
        var sums = MemoryMarshal.Cast<float, Vector256<float>>(sum);
        var lanes = MemoryMarshal.Cast<float, Vector256<float>>(values);
        for (var i = 0; i < lanes.Length; i++)
        {
            sums[i] += lanes[i] * factor;
        }

        for (var i = lanes.Length * 8; i < sum.Length; i++)
        {
            sum[i] += values[i] * factor;
        }
    }

    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var left = MemoryMarshal.Cast<float, Vector256<float>>(a);
        var right = MemoryMarshal.Cast<float, Vector256<float>>(b);
        var lanes = Vector256<float>.Zero;
        for (var i = 0; i < left.Length; i++)
        {
            lanes += left[i] * right[i];
        }

        float sum = 0;
        for (var i = 0; i < 8; i++)
        {
            sum += lanes[i];
        }

        for (var i = left.Length * 8; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}

/// <summary>As much of protocol buffers as an ONNX file needs.</summary>
sealed class Proto
{
    readonly MemoryStream bytes = new();

    public Proto Number(int field, long value) => Varint(field << 3).Varint((ulong)value);
    public Proto Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));
    public Proto Message(int field, Proto value) => Bytes(field, value.ToArray());
    public byte[] ToArray() => bytes.ToArray();

    public Proto Bytes(int field, ReadOnlySpan<byte> value)
    {
        Varint((field << 3) | 2).Varint((ulong)value.Length);
        bytes.Write(value);
        return this;
    }

    Proto Varint(int value) => Varint((ulong)value);

    Proto Varint(ulong value)
    {
        for (; value > 127; value >>= 7)
        {
            bytes.WriteByte((byte)(value | 128));
        }

        bytes.WriteByte((byte)value);
        return this;
    }
}

/// <summary>Grey, 8 bits per pixel.</summary>
static class Png
{
    public static byte[] Encode(byte[] pixels, int side)
    {
        using var png = new MemoryStream();
        png.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, side);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), side);
        header[8] = 8;
        Chunk(png, "IHDR", header);
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            for (var y = 0; y < side; y++)
            {
                zlib.WriteByte(0);
                zlib.Write(pixels, y * side, side);
            }
        }

        Chunk(png, "IDAT", packed.ToArray());
        Chunk(png, "IEND", []);
        return png.ToArray();
    }

    static void Chunk(Stream png, string type, byte[] content)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. content];
        var crc = uint.MaxValue;
        foreach (var b in body)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
            }
        }

        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        png.Write(number);
        png.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~crc);
        png.Write(number);
    }
}

/// <summary>SplitMix64: the same numbers on every platform and in every version of .NET.</summary>
sealed class Rng(ulong state)
{
    public double Between(double low, double high) => low + (high - low) * ((Next() >> 11) * (1.0 / (1UL << 53)));

    public double Gauss() => Math.Sqrt(-2 * Math.Log(1 - Between(0, 1))) * Math.Cos(2 * Math.PI * Between(0, 1));

    public void Shuffle<T>(T[] items)
    {
        for (var i = items.Length - 1; i > 0; i--)
        {
            var j = (int)Between(0, i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }

    ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
