using Rigshift.OnnxWorker;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.OnnxWorker;

internal sealed class WorkerResultTests
{
    private readonly WorkerBench bench = new();

    [TearDown]
    public void TearDown() => bench.Dispose();

    [TestCase(-1)]
    [TestCase(4)]
    public void Run_LastBatchIsPartial_GivesExactlyOneRowPerItem(int batchAxis)
    {
        float[] values = [.. Enumerable.Range(0, 20).Select(i => (float)i)];
        bench.WriteIdentity(batchAxis, 2);
        bench.WriteTensor("x.npy", [10, 2], values);
        var end = bench.Run(bench.TensorPlan with { BatchSize = 3 });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(end.Errors, Is.Empty);
            Assert.That(end.Log, Does.Contain(batchAxis < 0 ? "3 per batch" : "4 per batch (fixed by the model)"));
            Assert.That(bench.ReadTensor("y.npy").Shape, Is.EqualTo(new long[] { 10, 2 }));
            Assert.That(bench.ReadTensor("y.npy").Values, Is.EqualTo(values));
        }
    }

    [Test]
    public void Run_FewerItemsThanTheModelsFixedBatch_AreAllThatComesBack()
    {
        bench.WriteIdentity(8, 1);
        bench.WriteTensor("x.npy", [3, 1], 7, 8, 9);
        Assert.That(bench.Run(bench.TensorPlan).Errors, Is.Empty);
        Assert.That(bench.ReadTensor("y.npy").Values, Is.EqualTo(new float[] { 7, 8, 9 }));
    }

    [Test]
    public void Run_OutputNamesThatAreNoFileNames_BecomeOnes()
    {
        bench.Write("m.onnx", new TinyModel().Input("x", TinyModel.Float, -1, 1)
            .Output("../a:0", TinyModel.Float, -1, 1).Output("NUL", TinyModel.Float, -1, 1).Output("b/c", TinyModel.Float, -1, 1).Output("b:c", TinyModel.Float, -1, 1)
            .Node("Identity", "x", "../a:0").Node("Identity", "x", "NUL").Node("Identity", "x", "b/c").Node("Identity", "x", "b:c").Encode());
        bench.WriteTensor("x.npy", [1, 1], 5);
        Assert.That(bench.Run(bench.TensorPlan).Errors, Is.Empty);
        Assert.That(bench.OutputFiles(), Is.EquivalentTo(new[] { "_a_0.npy", "output_NUL.npy", "b_c.npy", "b_c_2.npy" }));
    }

    [Test]
    public void Run_Classify_WritesClassLabelAndProbability()
    {
        // The first row is logits: 1 / (1 + e^-2 + e^-1). The second is probabilities already, and stays.
        bench.WriteIdentity(-1, 3);
        bench.WriteTensor("x.npy", [3, 3], 1, 3, 2, 0.2f, 0.1f, 0.7f, float.NaN, 0, 1);
        var end = bench.Run(bench.TensorPlan with { Classify = true, Labels = ["cat", "dog, small", "cow"] });
        using (Assert.EnterMultipleScope())
        {
            Assert.That(end.Errors, Is.Empty);
            Assert.That(end.Log, Does.Contain("not a number"));
            Assert.That(File.ReadAllLines(Path.Combine(bench.Output, Predictions.FileName)), Is.EqualTo(new[]
            {
                "file,class,label,score",
                "0,1,\"dog, small\",0.665241",
                "1,2,cow,0.700000",
                "2,2,cow,",
            }));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Worker_KilledInTheMiddle_LeavesNoFileWithAFinalName(CancellationToken cancellation)
    {
        bench.WriteIdentity(-1, 1);
        bench.WriteTensor("x.npy", [2_000_000, 1], new float[2_000_000]);
        using var worker = bench.Start(bench.TensorPlan with { BatchSize = 1, Classify = true });
        while (!File.Exists(bench.Progress) || (await ReadSharedAsync(bench.Progress, cancellation)).Count(c => c == '\n') < 2)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, cancellation);
        }

        worker.Kill();
        await worker.WaitForExitAsync(cancellation);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(worker.ExitCode, Is.Not.Zero);
            Assert.That(OnnxExit.ReasonFor(worker.ExitCode), Is.EqualTo(Reason.WorkerCrashed));
            Assert.That(bench.OutputFiles(), Is.EqualTo(new[] { "predictions.csv.partial", "y.npy.partial" }));
        }
    }

    // The worker still writes it.
    private static async Task<string> ReadSharedAsync(string file, CancellationToken cancellation)
    {
        await using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync(cancellation);
    }
}
