using Rigshift.OnnxWorker;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.OnnxWorker;

internal sealed class PreprocessingTests
{
    /// <summary>8 x 8 pixels of red 200, green 100, blue 50.</summary>
    private const string OrangeJpeg =
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAIBAQEBAQIBAQECAgICAgQDAgICAgUEBAMEBgUGBgYFBgYGBwkIBgcJBwYGCAsICQoKCgoKBggLDAsKDAkKCgr/2wBDAQICAg"
        + "ICAgUDAwUKBwYHCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgoKCgr/wAARCAAIAAgDAREAAhEBAxEB/8QAFAABAAAAAAAAAAAAAAAA"
        + "AAAABf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/xAAUAQEAAAAAAAAAAAAAAAAAAAAI/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8APFc2H//Z";

    [Test]
    public void Write_TwoPixelsToFour_TakesQuartersBetweenPixelCentres()
    {
        // Centres of the four target pixels lie at -0.25, 0.25, 0.75 and 1.25 of the source's: the outer two are beyond the edge.
        var target = Write(new OnnxPlanImages("i", 4, 1, 1, ChannelsLast: false, Scale: 1, Mean: [], Std: []), new Pixels(2, 1, 1, [0, 100]));
        Assert.That(target, Is.EqualTo(new float[] { 0, 25, 75, 100 }));
    }

    [Test]
    public void Write_FourPixelsToTwo_TakesTheMiddleOfEachPair()
    {
        var target = Write(new OnnxPlanImages("i", 1, 2, 1, ChannelsLast: false, Scale: 1, Mean: [], Std: []), new Pixels(1, 4, 1, [10, 20, 40, 80]));
        Assert.That(target, Is.EqualTo(new float[] { 15, 60 }));
    }

    [TestCase(false, new float[] { -1, 3, 0, 40, 0.5f, 4.5f })]
    [TestCase(true, new float[] { -1, 0, 0.5f, 3, 40, 4.5f })]
    public void Write_Colours_AreScaledPerChannelInTheDeclaredOrder(bool channelsLast, float[] expected)
    {
        // (v * 0.5 - mean) / std for the pixels (2, 10, 30) and (10, 50, 110).
        var images = new OnnxPlanImages("i", 2, 1, 3, channelsLast, Scale: 0.5f, Mean: [2, 5, 10], Std: [1, 0.5f, 10]);
        Assert.That(Write(images, new Pixels(2, 1, 3, [2, 10, 30, 10, 50, 110])), Is.EqualTo(expected));
    }

    [Test]
    public void Worker_ImageOfTheRightSize_ReachesTheModelUnchanged()
    {
        using var bench = new WorkerBench();
        bench.WriteIdentity(-1, 1, 2, 2);
        bench.Write("images/a.png", TinyPng.Encode(2, 2, 1, [0, 1, 128, 255]));
        Assert.That(bench.Run(bench.ImagePlan).Errors, Is.Empty);
        Assert.That(bench.ReadTensor("y.npy").Values, Is.EqualTo(new float[] { 0, 1, 128, 255 }));
    }

    [Test]
    public void Worker_Names_AreTakenInByteOrder()
    {
        using var bench = new WorkerBench();
        bench.WriteIdentity(-1, 1, 2, 2);
        foreach (var (name, grey) in new[] { ("b.png", 3), ("B.png", 1), ("a.png", 2), ("ä.png", 4) })
        {
            bench.Write("images/" + name, TinyPng.Encode(1, 1, 1, [(byte)grey]));
        }

        Assert.That(bench.Run(bench.ImagePlan).Errors, Is.Empty);
        Assert.That(bench.ReadTensor("y.npy").Values.Chunk(4).Select(image => image[0]), Is.EqualTo(new float[] { 1, 2, 3, 4 }));
    }

    [Test]
    public void Worker_ColourJpeg_ArrivesAsRedGreenBlue()
    {
        using var bench = new WorkerBench();
        bench.WriteIdentity(-1, 3, 1, 1);
        bench.Write("images/a.jpeg", Convert.FromBase64String(OrangeJpeg));
        var end = bench.Run(bench.ImagePlan with { Images = new OnnxPlanImages("images", 1, 1, 3, ChannelsLast: false, Scale: 1, Mean: [], Std: []) });
        Assert.That(end.Errors, Is.Empty);
        Assert.That(bench.ReadTensor("y.npy").Values, Is.EqualTo(new float[] { 200, 100, 50 }).Within(3f));
    }

    private static float[] Write(OnnxPlanImages images, Pixels pixels)
    {
        var tensor = new ImageTensor(images);
        var target = new float[tensor.Length];
        tensor.Write(pixels, target);
        return target;
    }
}
