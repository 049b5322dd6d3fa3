namespace Rigshift.Agent.Model;

/// <summary>The attempt's own directories; nothing of an attempt is written anywhere else.</summary>
internal sealed record AttemptPaths(string Root)
{
    /// <summary>Inputs, laid out by the agent; read-only for the job by convention.</summary>
    public string Input => Path.Combine(Root, "input");

    /// <summary>What the job leaves here is its result.</summary>
    public string Output => Path.Combine(Root, "output");

    /// <summary>Scratch, and the program's working directory.</summary>
    public string Work => Path.Combine(Root, "work");

    /// <summary>Log segments, the shim's records, progress.</summary>
    public string Control => Path.Combine(Root, "control");

    public string Stdout => Path.Combine(Control, "stdout");

    public string Stderr => Path.Combine(Control, "stderr");

    /// <summary>Lines "DONE TOTAL UNIT" that the job appends; read as untrusted.</summary>
    public string Progress => Path.Combine(Work, "progress");
}
