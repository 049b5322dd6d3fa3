using System.Text.Json;
using Rigshift.Rules;

namespace Rigshift.OnnxWorker;

/// <summary>The program: plan in, exit code and one last line on stderr out.</summary>
internal static class Worker
{
    private const string Usage = "Usage: rigshift-onnx-worker --plan FILE. The agent's onnx runtime starts this program; people submit a job instead.";

    public static int Run(string[] arguments, TextWriter log, TextWriter errors, TimeProvider time)
    {
        try
        {
            if (arguments is not ["--plan", var file])
            {
                throw WorkerFault.Plan(Usage);
            }

            Inference.Run(Read(file), log, time);
            return OnnxExit.Ok;
        }
        catch (WorkerFault fault)
        {
            // One line, whatever ONNX Runtime or the system put into it: the agent takes the last line.
            errors.WriteLine(SafeText.ForTerminal(fault.Message));
            return fault.ExitCode;
        }
    }

    private static OnnxPlan Read(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            var plan = JsonSerializer.Deserialize(stream, OnnxPlanJson.Default.OnnxPlan) ?? throw WorkerFault.Plan($"The plan '{file}' is empty.");
            PlanCheck.Refuse(plan);
            return plan;
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or JsonException)
        {
            throw WorkerFault.Plan($"The plan '{file}' cannot be read: {fault.Message}", fault);
        }
    }
}
