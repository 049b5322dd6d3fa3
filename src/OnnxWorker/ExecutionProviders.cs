using Microsoft.ML.OnnxRuntime;

namespace Rigshift.OnnxWorker;

/// <summary>Takes the best execution provider that this build of ONNX Runtime has and this rig can use.</summary>
internal static class ExecutionProviders
{
    // From fastest to safest. The CPU provider is always there and needs no line.
    private static readonly (string Name, string Shown, Action<SessionOptions> Add)[] Preferred =
    [
        ("CUDAExecutionProvider", "CUDA", options => options.AppendExecutionProvider_CUDA(0)),
        ("DmlExecutionProvider", "DirectML", AddDirectMl),
    ];

    /// <summary>Session options with the provider, and its name.</summary>
    public static (SessionOptions Options, string Provider) Choose(int threads, TextWriter log)
    {
        var available = OrtEnv.Instance().GetAvailableProviders();
        foreach (var (name, shown, add) in Preferred.Where(provider => available.Contains(provider.Name)))
        {
            var options = Fresh(threads);
            try
            {
                add(options);
                return (options, shown);
            }
            catch (OnnxRuntimeException fault)
            {
                // A rig without the driver or its libraries still does the job on its CPU.
                options.Dispose();
                log.WriteLine($"{shown} cannot be used here, trying the next execution provider: {Rules.SafeText.ForMessage(fault.Message)}");
            }
        }

        return (Fresh(threads), "CPU");
    }

    private static SessionOptions Fresh(int threads)
    {
        var options = new SessionOptions { IntraOpNumThreads = threads };
        // Waiting threads sleep instead of spinning: the rig's few cores also feed its other work.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        return options;
    }

    private static void AddDirectMl(SessionOptions options)
    {
        // DirectML refuses memory patterns.
        options.EnableMemoryPattern = false;
        options.AppendExecutionProvider_DML(0);
    }
}
