namespace Rigshift.Coordinator.JobFiles;

/// <summary>One field of a job file: what the reader enforces and docs/jobs.md tells.</summary>
/// <param name="Path">Dotted; "[]" is an item of a list, "*" any name.</param>
/// <param name="Type">For people, with the unit's form.</param>
/// <param name="Default">What a missing field means; "required" when there must be one.</param>
/// <param name="Bounds">For people.</param>
/// <param name="Example">YAML that the reader accepts.</param>
/// <param name="About">One or two sentences.</param>
internal sealed record JobField(string Path, string Type, string Default, string Bounds, string Example, string About)
{
    public bool IsRequired => Default == "required";

    /// <summary>The field this one is in; empty at the top.</summary>
    public string Parent => Path.Contains('.', StringComparison.Ordinal) ? Path[..Path.LastIndexOf('.')] : "";

    public string Name => Path[(Path.LastIndexOf('.') + 1)..];
}
