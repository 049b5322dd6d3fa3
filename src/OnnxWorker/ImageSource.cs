using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime.Tensors;
using Rigshift.Rules;

namespace Rigshift.OnnxWorker;

/// <summary>All images of one directory, in byte order of their names.</summary>
internal sealed class ImageSource : IItemSource
{
    private readonly string[] files;
    private readonly ImageTensor tensor;
    private readonly int channels;

    public ImageSource(OnnxPlanImages images, InputTree tree, string modelInput)
    {
        files = List(tree.Directory(images.Directory, "spec.onnx.images.directory"), images.Directory);
        tensor = new ImageTensor(images);
        channels = images.Channels;
        long[] shape = images.ChannelsLast ? [images.Height, images.Width, images.Channels] : [images.Channels, images.Height, images.Width];
        Inputs = [new ItemInput(modelInput, NpyType.For(TensorElementType.Float)!, shape)]; // The table has float.
    }

    public long Count => files.Length;

    public string Unit => "images";

    public IReadOnlyList<ItemInput> Inputs { get; }

    public string NameOf(long index) => Path.GetFileName(files[index]);

    public void Read(int input, long first, int count, Span<byte> target)
    {
        var values = MemoryMarshal.Cast<byte, float>(target);
        for (var i = 0; i < count; i++)
        {
            tensor.Write(ImageDecoder.Decode(files[first + i], channels), values.Slice(i * tensor.Length, tensor.Length));
        }
    }

    public void Dispose()
    {
        // Every image is opened and closed by itself.
    }

    // Another kind of file is refused, not skipped: nobody would notice that its prediction is missing.
    private static string[] List(string directory, string shown)
    {
        var names = Directory.EnumerateFileSystemEntries(directory).Select(path => Path.GetFileName(path)).ToArray();
        foreach (var name in names)
        {
            var entry = new FileInfo(Path.Combine(directory, name));
            var isImage = Path.GetExtension(name).ToUpperInvariant() is ".PNG" or ".JPG" or ".JPEG";
            if (!isImage || entry.LinkTarget is not null || !entry.Exists)
            {
                throw WorkerFault.Input(
                    $"'{SafeText.ForMessage(shown + "/" + name)}' is not a .png, .jpg or .jpeg file: the directory in spec.onnx.images may hold only images.");
            }
        }

        Array.Sort(names, ByBytes);
        return names.Length > 0
            ? [.. names.Select(name => Path.Combine(directory, name))]
            : throw WorkerFault.Input($"The directory '{SafeText.ForMessage(shown)}' in spec.onnx.images holds no image.");
    }

    // Ordinal order is by UTF-16 units, which differs from UTF-8 bytes beyond U+FFFF.
    private static int ByBytes(string left, string right) =>
        System.Text.Encoding.UTF8.GetBytes(left).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(right));
}
