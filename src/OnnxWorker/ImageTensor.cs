using Rigshift.Rules;

namespace Rigshift.OnnxWorker;

/// <summary>
/// The declared preprocessing: bilinear resize with half-pixel centres and repeated edges, without antialiasing (as OpenCV's INTER_LINEAR and
/// PyTorch's interpolate do it); then (v * scale - mean[c]) / std[c]. An image of the right size is not resampled.
/// </summary>
internal sealed class ImageTensor(OnnxPlanImages images)
{
    private readonly Axis columns = new(images.Width);
    private readonly Axis rows = new(images.Height);

    /// <summary>Values per image.</summary>
    public int Length { get; } = checked(images.Width * images.Height * images.Channels);

    public void Write(Pixels pixels, Span<float> target)
    {
        columns.Fit(pixels.Width);
        rows.Fit(pixels.Height);
        for (var channel = 0; channel < images.Channels; channel++)
        {
            var mean = images.Mean.Count > 0 ? images.Mean[channel] : 0f;
            var std = images.Std.Count > 0 ? images.Std[channel] : 1f;
            var (at, step) = images.ChannelsLast ? (channel, images.Channels) : (channel * images.Width * images.Height, 1);
            for (var y = 0; y < images.Height; y++)
            {
                for (var x = 0; x < images.Width; x++, at += step)
                {
                    target[at] = ((Sample(pixels, channel, x, y) * images.Scale) - mean) / std;
                }
            }
        }
    }

    private float Sample(Pixels pixels, int channel, int x, int y)
    {
        var upper = Between(pixels, channel, rows.Low[y], x);
        var share = rows.Share[y];
        return share == 0 ? upper : upper + ((Between(pixels, channel, rows.High[y], x) - upper) * share);
    }

    private float Between(Pixels pixels, int channel, int row, int x)
    {
        var line = pixels.Values.AsSpan(row * pixels.Width * pixels.Channels, pixels.Width * pixels.Channels);
        float left = line[(columns.Low[x] * pixels.Channels) + channel];
        var share = columns.Share[x];
        return share == 0 ? left : left + ((line[(columns.High[x] * pixels.Channels) + channel] - left) * share);
    }

    /// <summary>For each target position the two source positions around it, and how far it is from the lower to the higher.</summary>
    private sealed class Axis(int length)
    {
        private int source;

        public int[] Low { get; } = new int[length];

        public int[] High { get; } = new int[length];

        public float[] Share { get; } = new float[length];

        public void Fit(int newSource)
        {
            if (newSource == source)
            {
                return;
            }

            source = newSource;
            for (var i = 0; i < length; i++)
            {
                var at = Math.Clamp(((i + 0.5) * source / length) - 0.5, 0, source - 1);
                Low[i] = (int)at;
                High[i] = Math.Min(Low[i] + 1, source - 1);
                Share[i] = (float)(at - Low[i]);
            }
        }
    }
}
