using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Rigshift.OnnxWorker;
using Rigshift.Rules;
using Rigshift.TestKit;

namespace Rigshift.Agent.Tests.OnnxWorker;

/// <summary>One attempt's directories, and the worker run on them: in this process, or as the real program.</summary>
internal sealed class WorkerBench : IDisposable
{
    private readonly TempDirectory directory = new();

    public WorkerBench()
    {
        Directory.CreateDirectory(Input);
        Directory.CreateDirectory(Output);
    }

    public string Input => directory.File("input");

    public string Output => directory.File("output");

    public string Progress => directory.File("progress");

    /// <summary>Where samples/digits is, found from the test's own source.</summary>
    public static string Digits
    {
        get
        {
            var at = new DirectoryInfo(AppContext.BaseDirectory);
            while (at is not null && !File.Exists(Path.Combine(at.FullName, "Agent.sln")))
            {
                at = at.Parent;
            }

            return Path.Combine(at?.FullName ?? throw new DirectoryNotFoundException("Agent.sln is in no parent of the tests."), "samples", "digits");
        }
    }

    /// <summary>A plan for the model 'm.onnx' on images of 2 x 2 grey pixels, unscaled.</summary>
    public OnnxPlan ImagePlan => new(
        Input, Output, Progress, "m.onnx", new OnnxPlanImages("images", 2, 2, 1, ChannelsLast: false, Scale: 1, Mean: [], Std: []), Tensors: null, BatchSize: 2, Classify: false, Labels: []);

    /// <summary>A plan for the model 'm.onnx' on 'x.npy'.</summary>
    public OnnxPlan TensorPlan => ImagePlan with { Images = null, Tensors = new Dictionary<string, string> { ["x"] = "x.npy" } };

    public void Write(string path, byte[] content)
    {
        var full = Path.Combine(Input, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!); // Input is above it.
        File.WriteAllBytes(full, content);
    }

    /// <summary>The model that gives back what it gets.</summary>
    public void WriteIdentity(params int[] shape) =>
        Write("m.onnx", new TinyModel().Input("x", TinyModel.Float, shape).Output("y", TinyModel.Float, shape).Node("Identity", "x", "y").Encode());

    public void WriteTensor(string path, long[] shape, params float[] values) =>
        Write(path, [.. NpyHeader.Encode(NpyType.For("<f4")!, shape), .. MemoryMarshal.AsBytes<float>(values)]); // The table has float.

    public (long[] Shape, float[] Values) ReadTensor(string name)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Output, name));
        Assert.That(NpyHeader.TryRead(new MemoryStream(bytes), out var header, out var fault), Is.True, fault);
        return ([.. header.Shape], MemoryMarshal.Cast<byte, float>(bytes.AsSpan(header.DataOffset)).ToArray());
    }

    public WorkerEnd Run(OnnxPlan plan)
    {
        using var log = new StringWriter();
        using var errors = new StringWriter();
        var code = Worker.Run(["--plan", WritePlan(plan)], log, errors, new FakeTimeProvider());
        return new WorkerEnd(code, log.ToString(), errors.ToString());
    }

    /// <summary>Starts the program that the agent would start.</summary>
    public Process Start(OnnxPlan plan)
    {
        var program = Path.Combine(AppContext.BaseDirectory, OperatingSystem.IsWindows() ? "rigshift-onnx-worker.exe" : "rigshift-onnx-worker");
        var start = new ProcessStartInfo(program, ["--plan", WritePlan(plan)]) { RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(start)!; // Not null without the shell.
    }

    public async Task<WorkerEnd> RunProcessAsync(OnnxPlan plan, CancellationToken cancellation)
    {
        using var process = Start(plan);
        var log = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return new WorkerEnd(process.ExitCode, await log, await errors);
    }

    public string[] OutputFiles() => [.. Directory.GetFiles(Output).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    public void Dispose() => directory.Dispose();

    private string WritePlan(OnnxPlan plan)
    {
        var file = directory.File("plan.json");
        File.WriteAllText(file, JsonSerializer.Serialize(plan, OnnxPlanJson.Default.OnnxPlan));
        return file;
    }
}

/// <summary>How the worker ended.</summary>
internal sealed record WorkerEnd(int ExitCode, string Log, string Errors)
{
    /// <summary>What the agent shows.</summary>
    public string Detail => Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
}
