using System.Collections;
using System.Globalization;
using System.Text.Json;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes.Shim;
using Rigshift.Rules;
using SignalNames = Rigshift.Agent.Interop.Linux.Signal;

namespace Rigshift.Agent.Runtimes;

/// <summary>Inference in the ONNX worker: a program of ours, in a process of its own because a model can crash it.</summary>
internal sealed class OnnxRuntime(RuntimesOptions options, ShimLauncher launcher, ShimEnding ending) : IRuntime
{
    private const string PlanOption = "--plan";
    private const int MillisPerCore = 1000;

    public RuntimeKind Kind => RuntimeKind.Onnx;

    public RuntimeFault? Check() => !options.Onnx.Enabled
        ? new(Reason.RuntimeDisabled, "ONNX jobs are off on this rig: Runtimes:Onnx:Enabled is false.")
        : OnnxWorkerFile.Find(options.Onnx.WorkerPath, out var tried) is null
            ? new(Reason.RuntimeUnavailable, $"The ONNX worker is not at {tried}. Install it beside the agent, or set Runtimes:Onnx:WorkerPath.")
            : null;

    public async ValueTask<LaunchResult> LaunchAsync(LaunchPlan plan, CancellationToken cancellation)
    {
        if (Check() is { } fault)
        {
            return new(null, fault);
        }

        if (plan.Spec.Runtime is not OnnxSpec spec || OnnxWorkerFile.Find(options.Onnx.WorkerPath, out _) is not { } worker)
        {
            return LaunchResult.Failed(Reason.RuntimeUnavailable, "The ONNX worker has gone.");
        }

        var planFile = Path.Combine(plan.Paths.Control, "onnx-plan.json");
        Directory.CreateDirectory(plan.Paths.Control);
        await File.WriteAllBytesAsync(planFile, JsonSerializer.SerializeToUtf8Bytes(PlanOf(plan, spec), OnnxPlanJson.Default.OnnxPlan), cancellation);
        var command = new ShimCommand(Kind, [worker, PlanOption, planFile], JobEnvironment.Build(plan, DotnetRoots()));
        return await launcher.LaunchAsync(plan, command, cancellation);
    }

    public ValueTask<LaunchResult> ReattachAsync(LaunchPlan plan, RuntimeHandle? handle, CancellationToken cancellation) =>
        launcher.ReattachAsync(plan, Kind, handle, cancellation);

    public async ValueTask<RuntimeExit> WaitAsync(LaunchPlan plan, RuntimeHandle handle, CancellationToken cancellation)
    {
        var (record, unknown) = await ending.WaitAsync(plan, handle, cancellation);
        return record is null
            ? new(null, unknown, null, Unknown: true)
            : new(record.ExitCode, Explain(plan, record), ProcessRuntime.UsageOf(record), Unknown: false);
    }

    public async ValueTask<bool> StopAsync(LaunchPlan plan, RuntimeHandle? handle, TimeSpan grace) =>
        await ending.StopAsync(plan, Kind, handle, grace);

    private static RuntimeFault? Explain(LaunchPlan plan, ExitRecord record)
    {
        if (record.LaunchFault is { } fault)
        {
            return new(Reason.LaunchFailed, SafeText.ForMessage(fault));
        }

        if (record.ExitCode is not { } code)
        {
            return new(Reason.WorkerCrashed, $"The ONNX worker was ended by {SignalNames.Name(record.Signal ?? 0)}.");
        }

        return OnnxExit.ReasonFor(code) is { } reason
            ? new(reason, LastWords.Read(plan.Paths.Stderr) is { Length: > 0 } words
                ? words
                : string.Create(CultureInfo.InvariantCulture, $"The ONNX worker ended with code {code}."))
            : null;
    }

    private static OnnxPlan PlanOf(LaunchPlan plan, OnnxSpec spec) => new(
        plan.Paths.Input,
        plan.Paths.Output,
        plan.Paths.Progress,
        spec.Model,
        spec.Images is { } i
            ? new(i.Directory, i.Width, i.Height, i.Channels, i.ChannelsLast, i.Scale, i.Mean, i.Std)
            : null,
        spec.Tensors,
        spec.BatchSize,
        spec.Classify,
        spec.Labels,
        Math.Max(1, (plan.Spec.Resources.CpuMillis + MillisPerCore - 1) / MillisPerCore));

    // A worker from a build tree needs the runtime that started the agent; an installed one brings its own.
    private static IEnumerable<KeyValuePair<string, string>> DotnetRoots() =>
        from DictionaryEntry item in Environment.GetEnvironmentVariables()
        let name = (string)item.Key
        where name.StartsWith("DOTNET_ROOT", StringComparison.Ordinal)
        select KeyValuePair.Create(name, (string?)item.Value ?? "");
}
