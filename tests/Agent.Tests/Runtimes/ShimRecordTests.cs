using Rigshift.Agent.Runtimes.Shim;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.Runtimes;

/// <summary>The records between agent and shim: what one wrote the other reads, and what is damaged reads as not written.</summary>
internal sealed class ShimRecordTests
{
    private readonly TempDirectory directory = new();

    private ControlFiles Files => new(directory.Root);

    [TearDown]
    public void Clean() => directory.Dispose();

    [Test]
    public void Order_WithEveryKindOfText_ReadsAsWritten()
    {
        var order = new LaunchOrder(Guid.NewGuid(), "boot", ["/bin/sh", "-c", "echo \"a\\b\"\n\u00e4 \U0001F600"], ["EMPTY=", "A=b=c"], "/work", 10_000, 1L << 40);

        Files.WriteOrder(order);
        var read = Files.ReadOrder();

        Assert.That(read, Is.Not.Null);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(read.Command, Is.EqualTo(order.Command));
            Assert.That(read.Environment, Is.EqualTo(order.Environment));
            Assert.That(read with { Command = order.Command, Environment = order.Environment }, Is.EqualTo(order));
        }
    }

    [Test]
    public void Exit_WithAllAndWithNothing_ReadsAsWritten()
    {
        ExitRecord[] records =
        [
            new("boot"),
            new("boot", NeverStarted: true),
            new("boot", LaunchFault: "No such file"),
            new("boot", ExitCode: 3, OnDisk: true, WallS: 0.25, CpuS: 1e-6, PeakMemoryBytes: 1L << 40),
            new("boot", Signal: 11, WallS: 0),
        ];
        foreach (var record in records)
        {
            Files.WriteExit(record);
            Assert.That(Files.ReadExit(), Is.EqualTo(record));
        }
    }

    [Test]
    public void Mark_CutShortAnywhere_ReadsAsNotWritten()
    {
        var mark = new ShimMark(7, 123_456, "/usr/bin/rigshift", "boot");
        Files.WriteMark(mark);
        var path = Path.Combine(directory.Root, "shim.json");
        var whole = File.ReadAllBytes(path);
        Assert.That(Files.ReadMark(), Is.EqualTo(mark));
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.That(Files.ReadMark(), Is.Null, $"{length} bytes of {whole.Length}");
        }
    }

    [TestCase("null")]
    [TestCase("[]")]
    [TestCase("{\"pid\":\"7\",\"startTime\":1,\"imagePath\":\"\",\"bootId\":\"b\"}")]
    [TestCase("{\"pid\":1.5,\"startTime\":1,\"imagePath\":\"\",\"bootId\":\"b\"}")]
    [TestCase("{\"pid\":1,\"startTime\":1,\"imagePath\":null,\"bootId\":\"b\"}")]
    [TestCase("{\"pid\":1,\"startTime\":1,\"imagePath\":[1],\"bootId\":\"b\"}")]
    public void Mark_OfAnotherShape_ReadsAsNotWritten(string text)
    {
        File.WriteAllText(Path.Combine(directory.Root, "shim.json"), text);

        Assert.That(Files.ReadMark(), Is.Null);
    }

    [Test]
    public void Mark_WithFieldsOfANewerAgent_IsRead()
    {
        File.WriteAllText(Path.Combine(directory.Root, "shim.json"), "{\"new\":{\"a\":[1,{}]},\"pid\":1,\"startTime\":2,\"imagePath\":\"p\",\"bootId\":\"b\"}");

        Assert.That(Files.ReadMark(), Is.EqualTo(new ShimMark(1, 2, "p", "b")));
    }
}
