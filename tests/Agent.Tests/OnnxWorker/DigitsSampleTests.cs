using System.Globalization;
using Rigshift.OnnxWorker;
using Rigshift.Rules;

namespace Rigshift.Agent.Tests.OnnxWorker;

/// <summary>The real program on the sample that users see first.</summary>
internal sealed class DigitsSampleTests
{
    private static readonly string[] TenDigits = [.. Enumerable.Range(0, 10).Select(d => d.ToString(CultureInfo.InvariantCulture))];

    private readonly WorkerBench bench = new();

    private OnnxPlan Plan => bench.ImagePlan with
    {
        InputDirectory = WorkerBench.Digits,
        Model = "model.onnx",
        Images = new OnnxPlanImages("images", 28, 28, 1, ChannelsLast: false, Scale: 1f / 255, Mean: [], Std: []),
        BatchSize = 16,
        Classify = true,
        Labels = TenDigits,
    };

    [TearDown]
    public void TearDown() => bench.Dispose();

    [Test]
    [CancelAfter(60_000)]
    public async Task Worker_OnDigits_PredictsEveryImageAndNineOfTenRight(CancellationToken cancellation)
    {
        var end = await bench.RunProcessAsync(Plan, cancellation);
        Assert.That(end.ExitCode, Is.Zero, end.Errors);

        var rows = await RowsAsync(Path.Combine(bench.Output, Predictions.FileName), cancellation);
        var truth = await RowsAsync(Path.Combine(WorkerBench.Digits, "labels.csv"), cancellation);
        var right = rows.Zip(truth).Count(pair => pair.First[2] == pair.Second[1]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(rows.Select(row => row[0]), Is.EqualTo(truth.Select(row => row[0])));
            Assert.That(rows, Has.Count.EqualTo(200));
            Assert.That(right / 200.0, Is.GreaterThanOrEqualTo(0.9));
            Assert.That(bench.ReadTensor("logits.npy").Shape, Is.EqualTo(new long[] { 200, 10 }));
            Assert.That(bench.OutputFiles(), Is.EqualTo(new[] { "logits.npy", "predictions.csv" }));
            Assert.That(end.Log, Does.Contain("execution provider").And.Contain("images/s").And.Contain("[?,1,28,28]"));
        }
    }

    [Test]
    [CancelAfter(60_000)]
    public async Task Worker_OnDigits_ReportsProgressInTheAgreedLines(CancellationToken cancellation)
    {
        await bench.RunProcessAsync(Plan, cancellation);

        var lines = await File.ReadAllLinesAsync(bench.Progress, cancellation);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines, Has.All.Match("^[0-9]+ 200 images$"));
            Assert.That(lines[0], Is.EqualTo("0 200 images"));
            Assert.That(lines[^1], Is.EqualTo("200 200 images"));
            Assert.That(lines, Has.Length.LessThan(14), "13 batches within a moment must not make 13 lines");
        }
    }

    [Test]
    public void Worker_OtherBatchSizes_GiveTheSameValues()
    {
        bench.Run(Plan with { BatchSize = 7 });
        var (_, inSevens) = bench.ReadTensor("logits.npy");
        bench.Run(Plan with { BatchSize = 4096 });
        Assert.That(bench.ReadTensor("logits.npy").Values, Is.EqualTo(inSevens).Within(1e-4f));
    }

    private static async Task<List<string[]>> RowsAsync(string file, CancellationToken cancellation) =>
        [.. (await File.ReadAllLinesAsync(file, cancellation)).Skip(1).Select(line => line.Split(','))];
}
