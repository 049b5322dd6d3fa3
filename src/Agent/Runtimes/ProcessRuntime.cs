using System.Globalization;
using Rigshift.Agent.Model;
using Rigshift.Agent.Runtimes.Shim;
using Rigshift.Rules;
using SignalNames = Rigshift.Agent.Interop.Linux.Signal;

namespace Rigshift.Agent.Runtimes;

/// <summary>A job's own program as a process of this system.</summary>
internal sealed class ProcessRuntime(RuntimesOptions options, ShimLauncher launcher, ShimEnding ending) : IRuntime
{
    private const string BelowInput = "./";

    public RuntimeKind Kind => RuntimeKind.Process;

    public RuntimeFault? Check() => options.Process.Enabled
        ? null
        : new(Reason.RuntimeDisabled, "Process jobs are off on this rig: Runtimes:Process:Enabled is false.");

    public async ValueTask<LaunchResult> LaunchAsync(LaunchPlan plan, CancellationToken cancellation)
    {
        if (Check() is { } fault)
        {
            return new(null, fault);
        }

        return Resolve(plan, out var command) is { } wrong
            ? LaunchResult.Failed(Reason.LaunchFailed, wrong)
            : await launcher.LaunchAsync(plan, new(Kind, command, JobEnvironment.Build(plan, [])), cancellation);
    }

    public ValueTask<LaunchResult> ReattachAsync(LaunchPlan plan, RuntimeHandle? handle, CancellationToken cancellation) =>
        launcher.ReattachAsync(plan, Kind, handle, cancellation);

    public async ValueTask<RuntimeExit> WaitAsync(LaunchPlan plan, RuntimeHandle handle, CancellationToken cancellation)
    {
        var (record, unknown) = await ending.WaitAsync(plan, handle, cancellation);
        return record is null
            ? new(null, unknown, null, Unknown: true)
            : new(record.ExitCode, Explain(plan, record), UsageOf(record), Unknown: false);
    }

    public async ValueTask<bool> StopAsync(LaunchPlan plan, RuntimeHandle? handle, TimeSpan grace) =>
        await ending.StopAsync(plan, Kind, handle, grace);

    /// <summary>What the shim measured.</summary>
    public static AttemptUsage UsageOf(ExitRecord record) => new(record.WallS, record.CpuS, record.PeakMemoryBytes);

    private static RuntimeFault? Explain(LaunchPlan plan, ExitRecord record) => record switch
    {
        { LaunchFault: { } fault } => new(Reason.LaunchFailed, SafeText.ForMessage(fault)),
        { Signal: { } signal } => new(Reason.KilledBySignal, $"Ended by {SignalNames.Name(signal)}."),
        { ExitCode: 0 } => null,
        _ => new(Reason.ExitNonzero, WithLastWords(string.Create(CultureInfo.InvariantCulture, $"Exit code {record.ExitCode}"), plan)),
    };

    private static string WithLastWords(string what, LaunchPlan plan) =>
        LastWords.Read(plan.Paths.Stderr) is { Length: > 0 } words ? $"{what}: {words}" : $"{what}.";

    private static string? Resolve(LaunchPlan plan, out IReadOnlyList<string> command)
    {
        command = [];
        if (plan.Spec.Runtime is not ProcessSpec { Command.Count: > 0 } spec)
        {
            return "The job names no program.";
        }

        var program = spec.Command[0];
        if (spec.Command.Any(part => part.Contains('\0', StringComparison.Ordinal)))
        {
            return "The command holds a zero byte.";
        }

        if (!program.StartsWith(BelowInput, StringComparison.Ordinal))
        {
            command = spec.Command;
            return Path.IsPathFullyQualified(program) ? null : $"'{SafeText.ForMessage(program)}' is neither absolute nor \"./\" and a path below the input.";
        }

        if (!ArtifactPath.TryCreate(program[BelowInput.Length..], out var path, out var fault))
        {
            return $"'{SafeText.ForMessage(program)}' {fault}.";
        }

        command = [Path.Combine([plan.Paths.Input, .. path.Segments]), .. spec.Command.Skip(1)];
        return null;
    }
}
