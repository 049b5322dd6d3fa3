namespace Rigshift.Agent.Runtimes;

/// <summary>How this rig runs programs (section Runtimes). The owner decides here; no coordinator can change it.</summary>
internal sealed class RuntimesOptions
{
    public ProcessRuntimeOptions Process { get; set; } = new();

    public OnnxRuntimeOptions Onnx { get; set; } = new();

    /// <summary>The binary that runs as shim; null: this one.</summary>
    public string? ShimPath { get; set; }

    /// <summary>Output of one attempt that is kept, both streams together. The middle of a longer one is dropped.</summary>
    public long LogCapBytes { get; set; } = LogSegments.DefaultCapBytes;

    /// <summary>Seconds between asking a program to end and killing it, when nobody says otherwise.</summary>
    public int StopGraceS { get; set; } = 10;
}

/// <summary>Programs as plain processes of this system.</summary>
internal sealed class ProcessRuntimeOptions
{
    /// <summary>Off unless the owner turns it on: a job then does what the agent's user may do on this rig.</summary>
    public bool Enabled { get; set; }
}

/// <summary>Inference in the ONNX worker.</summary>
internal sealed class OnnxRuntimeOptions
{
    /// <summary>On by default: a model computes, it does not act.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>The worker; null: beside the agent.</summary>
    public string? WorkerPath { get; set; }
}
