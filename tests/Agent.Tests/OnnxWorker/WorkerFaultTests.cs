using System.Runtime.InteropServices;
using System.Text;
using Rigshift.OnnxWorker;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.OnnxWorker;

/// <summary>What can be wrong with a job: each ends with the right code and a sentence that names the thing, and leaves no result behind.</summary>
internal sealed class WorkerFaultTests
{
    private readonly WorkerBench bench = new();

    [SetUp]
    public void SetUp()
    {
        bench.WriteIdentity(-1, 1, 2, 2);
        bench.Write("images/a.png", TinyPng.Encode(2, 2, 1, [1, 2, 3, 4]));
        bench.WriteTensor("x.npy", [1, 1, 2, 2], 1, 2, 3, 4);
    }

    [TearDown]
    public void TearDown() => bench.Dispose();

    [Test]
    public void Run_ModelIsNoModel_IsModelInvalidAndNamesIt()
    {
        bench.Write("m.onnx", Encoding.ASCII.GetBytes("this is no model"));
        Refused(bench.ImagePlan, OnnxExit.ModelInvalid, "'m.onnx'");
    }

    [Test]
    public void Run_ModelReadsAFileOutsideTheInputs_IsRefused()
    {
        File.WriteAllBytes(Path.Combine(bench.Input, "..", "secret"), MemoryMarshal.AsBytes<float>([42]).ToArray());
        bench.Write("m.onnx", new TinyModel()
            .Input("x", TinyModel.Float, -1, 1, 2, 2).Output("y", TinyModel.Float, -1, 1, 2, 2).ExternalWeight("w", "../secret").Add("x", "w", "y").Encode());
        Refused(bench.ImagePlan, OnnxExit.ModelInvalid, "'m.onnx'");
    }

    [TestCase("missing.onnx", "not a file")]
    [TestCase("../m.onnx", "leaves its directory")]
    [TestCase("/etc/passwd", "is absolute")]
    public void Run_ModelPathLeadsNowhereOrOutside_IsInputInvalid(string path, string why) =>
        Refused(bench.ImagePlan with { Model = path }, OnnxExit.InputInvalid, why);

    [Test]
    [Platform(Exclude = "Win", Reason = "Making a link needs a privilege on Windows.")]
    public void Run_InputIsALink_IsNotFollowed()
    {
        File.CreateSymbolicLink(Path.Combine(bench.Input, "images", "b.png"), Path.Combine(bench.Input, "images", "a.png"));
        Refused(bench.ImagePlan, OnnxExit.InputInvalid, "'images/b.png'");
        File.CreateSymbolicLink(Path.Combine(bench.Input, "link.onnx"), Path.Combine(bench.Input, "m.onnx"));
        Refused(bench.ImagePlan with { Model = "link.onnx" }, OnnxExit.InputInvalid, "through a link");
    }

    [Test]
    public void Run_ImageIsDamaged_IsNamed()
    {
        bench.Write("images/b.png", TinyPng.Encode(2, 2, 1, [1, 2, 3, 4])[..45]);
        Refused(bench.ImagePlan, OnnxExit.InputInvalid, "'b.png' is damaged");
    }

    [Test]
    public void Run_ImageClaimsAGigapixel_IsRefusedBeforeItIsDecoded()
    {
        bench.Write("images/b.png", TinyPng.Head(60_000, 60_000, 1));
        Refused(bench.ImagePlan, OnnxExit.InputInvalid, "'b.png'");
    }

    [Test]
    public void Run_ImageUnpacksToMoreThanItClaims_IsRefusedBeforeItIsDecoded()
    {
        // 64 MiB of zeros behind a head that says 2 x 2.
        var bomb = TinyPng.Encode(8192, 8192, 1, new byte[8192 * 8192]);
        TinyPng.Head(2, 2, 1).CopyTo(bomb, 0);
        bench.Write("images/b.png", bomb);
        Refused(bench.ImagePlan, OnnxExit.InputInvalid, "'b.png'", "decompression bomb");
    }

    [TestCase("images/notes.txt", "'images/notes.txt' is not a .png")]
    [TestCase("images/page.png", "'page.png' is neither a PNG nor a JPEG")]
    public void Run_DirectoryHoldsSomethingElse_IsNamedAndNotSkipped(string path, string why)
    {
        bench.Write(path, Encoding.ASCII.GetBytes("<html>"));
        Refused(bench.ImagePlan, OnnxExit.InputInvalid, why);
    }

    [Test]
    public void Run_DirectoryIsEmpty_SaysSo()
    {
        Directory.CreateDirectory(Path.Combine(bench.Input, "none"));
        Refused(bench.ImagePlan with { Images = bench.ImagePlan.Images! with { Directory = "none" } }, OnnxExit.InputInvalid, "holds no image"); // Set by the bench.
    }

    [Test]
    public void Run_ImagesOfAnotherShapeThanTheModels_ShowsBoth() => Refused(
        bench.ImagePlan with { Images = bench.ImagePlan.Images! with { Width = 3 } }, OnnxExit.InputInvalid, "[?,1,2,2]", "[?,1,2,3]"); // Set by the bench.

    [Test]
    public void Run_TensorOfAnotherType_NamesBothTypes()
    {
        bench.Write("x.npy", [.. NpyHeader.Encode(NpyType.For("<f8")!, [1, 1, 2, 2]), .. new byte[32]]); // The table has double.
        Refused(bench.TensorPlan, OnnxExit.InputInvalid, "<f4", "<f8");
    }

    [Test]
    public void Run_TensorShorterThanItsHeadSays_IsRefused()
    {
        bench.WriteTensor("x.npy", [2, 1, 2, 2], 1, 2, 3, 4);
        Refused(bench.TensorPlan, OnnxExit.InputInvalid, "'x.npy'", "its head says");
    }

    [Test]
    public void Run_TensorForAnInputTheModelLacks_ListsTheModelsInputs() => Refused(
        bench.TensorPlan with { Tensors = new Dictionary<string, string> { ["image"] = "x.npy" } }, OnnxExit.InputInvalid, "'image'", "'x'");

    [Test]
    public void Run_LabelsOfAnotherNumberThanClasses_SaysBothNumbers()
    {
        bench.WriteIdentity(-1, 3);
        bench.WriteTensor("x.npy", [1, 3], 1, 2, 3);
        Refused(bench.TensorPlan with { Classify = true, Labels = ["cat", "dog"] }, OnnxExit.InputInvalid, "2 names", "3 classes");
    }

    [Test]
    public void Run_OutputWithoutBatchAxisInSeveralBatches_NamesItAndTheRemedy()
    {
        bench.Write("m.onnx", new TinyModel().Input("x", TinyModel.Float, -1, 2).Output("dims", TinyModel.Int64, 2).Node("Shape", "x", "dims").Encode());
        bench.WriteTensor("x.npy", [3, 2], 1, 2, 3, 4, 5, 6);
        Refused(bench.TensorPlan with { BatchSize = 1 }, OnnxExit.ModelInvalid, "'dims'", "batchSize to 3");
    }

    [Test]
    public void Run_PlanHasBothSources_IsRefused() =>
        Refused(bench.ImagePlan with { Tensors = bench.TensorPlan.Tensors }, OnnxExit.InputInvalid, "exactly one");

    [Test]
    public void Run_DiskIsFull_SaysSoAndLeavesNoResult()
    {
        using var disk = SmallDisk.Mount(megabytes: 1);
        bench.WriteIdentity(-1, 1000);
        bench.WriteTensor("x.npy", [1000, 1000], new float[1_000_000]);
        var end = bench.Run(bench.TensorPlan with { OutputDirectory = disk.Root });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(end.ExitCode, Is.EqualTo(OnnxExit.DiskFull));
            Assert.That(end.Detail, Does.Contain("disk is full").And.Contain("y.npy"));
            Assert.That(Directory.GetFiles(disk.Root), Is.Empty);
        }
    }

    [TestCase]
    [TestCase("--plan")]
    [TestCase("--plan", "/no/such/plan.json")]
    public void Run_WrongCommandLine_IsNotBlamedOnTheJob(params string[] arguments)
    {
        using var errors = new StringWriter();
        Assert.That(Worker.Run(arguments, TextWriter.Null, errors, TimeProvider.System), Is.EqualTo(OnnxExit.PlanInvalid));
        Assert.That(errors.ToString(), Is.Not.Empty);
    }

    private void Refused(OnnxPlan plan, int exitCode, params string[] details)
    {
        var end = bench.Run(plan);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(end.ExitCode, Is.EqualTo(exitCode), end.Errors);
            Array.ForEach(details, detail => Assert.That(end.Detail, Does.Contain(detail)));
            Assert.That(end.Detail, Does.Not.Contain(Path.GetDirectoryName(bench.Input)), "a rig's paths are nobody's business");
            Assert.That(bench.OutputFiles(), Is.Empty);
        }
    }
}
